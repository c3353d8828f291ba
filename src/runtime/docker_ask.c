#include "runtime/docker_ask.h"

#include <errno.h>

int mln_docker_ask_check(const struct mln_docker_ask *a, size_t len)
{
    return len == sizeof(*a) && a->version == MLN_DOCKER_ASK_VERSION &&
                   a->what >= MLN_DOCKER_EVENTS && a->what < MLN_DOCKER_WHAT_MAX
               ? 0
               : -EPROTO;
}

bool mln_docker_id_binary(struct mln_sv hex, uint8_t out[32])
{
    if (hex.len != 64)
        return false;
    for (size_t i = 0; i < 32; i++) {
        int high = mln_hexval((unsigned char)hex.p[2 * i]),
            low = mln_hexval((unsigned char)hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* {"type":["container","image"],"event":[…]}: without it health checks alone are several a second
 */
static const char filters[] =
    "%7B%22type%22%3A%5B%22container%22%2C%22image%22%5D%2C%22event%22%3A%5B%22create%22%2C%22"
    "start%22%2C%22restart%22%2C%22die%22%2C%22stop%22%2C%22oom%22%2C%22pause%22%2C%22unpause%22"
    "%2C%22rename%22%2C%22update%22%2C%22destroy%22%2C%22tag%22%2C%22untag%22%2C%22delete%22%2C"
    "%22pull%22%2C%22load%22%2C%22import%22%5D%7D";

size_t mln_docker_ask_text(const struct mln_docker_ask *a, char out[MLN_DOCKER_ASK_TEXT_MAX])
{
    char id[65], target[768];

    for (size_t i = 0; i < 32; i++)
        (void)snprintf(id + 2 * i, 3, "%02x", a->id[i]);
    if (a->what == MLN_DOCKER_EVENTS)
        (void)snprintf(target, sizeof(target), "/events?since=%llu.%09llu&filters=%s",
                       (unsigned long long)(a->since / MLN_NSEC_PER_SEC),
                       (unsigned long long)(a->since % MLN_NSEC_PER_SEC), filters);
    else if (a->what == MLN_DOCKER_LIST)
        (void)snprintf(target, sizeof(target), "/containers/json?all=1");
    else if (a->what == MLN_DOCKER_SUMMARY)
        (void)snprintf(target, sizeof(target),
                       "/containers/json?all=1&filters=%%7B%%22id%%22%%3A%%5B%%22%s%%22%%5D%%7D",
                       id);
    else if (a->what == MLN_DOCKER_CONTAINER)
        (void)snprintf(target, sizeof(target), "/containers/%s/json", id);
    else
        (void)snprintf(target, sizeof(target), "/images/sha256:%s/json", id);
    return (size_t)snprintf(out, MLN_DOCKER_ASK_TEXT_MAX,
                            "GET %s HTTP/1.1\r\nHost: docker\r\nUser-Agent: merlon/" MLN_VERSION
                            "\r\nAccept: application/json\r\n\r\n",
                            target);
}
