/* `merlon proxy` with workers that try to leave their sandbox before they serve: what
 * tests/scenario/test_sandbox.py runs. Arguments: the port to listen on, the upstream port. Or
 * `merlon defender` with such workers (test_breakout.py): "defender", descriptor, state folder. */
#include "node/roles.h"
#include "node/warden.h"

static uint16_t port(const char *text)
{
    uint64_t n = 0;

    return mln_sv_u64(mln_sv_str(text), &n) == 0 && n < 65536 ? (uint16_t)n : 0;
}

static int defend(const char *fd, const char *state_dir)
{
    const struct mln_defender_options o = {.node = {.workers = 1,
                                                    .max_conns = 64,
                                                    .drain = MLN_NSEC_PER_SEC,
                                                    .state_dir = state_dir,
                                                    .log_level = MLN_LOG_INFO},
                                           .workloads_fd = port(fd)};

    return mln_defender_run(&o);
}

int main(int argc, char **argv)
{
    int role = mln_role_main(argc, argv);

    if (role >= 0)
        return role;
    if (argc == 4 && strcmp(argv[1], "defender") == 0)
        return defend(argv[2], argv[3]);
    if (argc != 3)
        return 2;
    struct mln_proxy_options o = {.node = {.workers = 1,
                                           .max_conns = 64,
                                           .drain = MLN_NSEC_PER_SEC,
                                           .log_level = MLN_LOG_INFO},
                                  .listen_port = port(argv[1]),
                                  .upstream_port = port(argv[2])};
    if (mln_addr_parse(MLN_SV("127.0.0.1"), &o.listen_addr) < 0)
        return 2;
    o.upstream_addr = o.listen_addr;
    return mln_proxy_run(&o);
}
