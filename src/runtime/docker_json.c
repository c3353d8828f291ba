#include "runtime/docker_json.h"

#include <errno.h>
#include <jansson.h>

#include "base/fd.h"
#include "runtime/docker_ask.h"

void mln_docker_json_setup(void)
{
    size_t seed;

    mln_random(&seed, sizeof(seed));
    json_object_seed(seed | 1); /* 0 would mean: find one yourself */
}

/* The library refuses NUL in names of members, and a label that holds one must not hide its
 * container: read as U+FFFD then. */
static json_t *parse_without_nul(struct mln_sv json)
{
    static const struct mln_sv nul = MLN_SV("\\u0000");
    struct mln_buf copy = {0};
    json_t *o = NULL;

    mln_buf_add_sv(&copy, json);
    for (size_t at = 0, hit; !mln_buf_failed(&copy); at += hit + nul.len) {
        hit = mln_sv_find(mln_sv(copy.p + at, copy.len - at), nul);
        if (hit == SIZE_MAX)
            break;
        memcpy(copy.p + at + hit, "\\ufffd", nul.len);
    }
    if (!mln_buf_failed(&copy))
        o = json_loadb(copy.p, copy.len, 0, NULL);
    mln_buf_done(&copy);
    return o;
}

static json_t *parse(struct mln_sv json)
{
    json_t *o = json_loadb(json.p ? json.p : "", json.len, 0, NULL);

    return o || !json.len ? o : parse_without_nul(json);
}

static struct mln_sv text_of(const json_t *v)
{
    return json_is_string(v) ? mln_sv(json_string_value(v), json_string_length(v)) : MLN_SV_NULL;
}

static struct mln_sv get_text(const json_t *o, const char *key)
{
    return text_of(json_object_get(o, key));
}

static struct mln_sv keep(struct mln_container *c, struct mln_sv s)
{
    return mln_arena_dup(&c->arena, s);
}

bool mln_docker_id_ok(struct mln_sv id)
{
    uint8_t binary[32];

    return mln_docker_id_binary(id, binary);
}

bool mln_docker_image_id_ok(struct mln_sv id)
{
    static const struct mln_sv prefix = MLN_SV("sha256:");

    return mln_sv_starts(id, prefix) && mln_docker_id_ok(mln_sv_sub(id, prefix.len, id.len));
}

/* ---- a container ---- */

static void read_state(struct mln_container *c, const json_t *state)
{
    json_int_t pid = json_integer_value(json_object_get(state, "Pid"));
    struct mln_sv started = get_text(state, "StartedAt");

    c->running = json_is_true(json_object_get(state, "Running"));
    c->paused = json_is_true(json_object_get(state, "Paused"));
    c->pid = pid > 0 && pid <= INT32_MAX ? (uint32_t)pid : 0;
    if (!started.p || mln_rfc3339_parse(started, &c->started) < 0)
        c->started = 0;
}

/* "8080/tcp": {} */
static void read_exposed(json_t *ports, uint16_t ret[MLN_WORKLOAD_PORTS_MAX], uint32_t *ret_n)
{
    const char *key;
    json_t *v;

    json_object_foreach(ports, key, v)
    {
        struct mln_sv proto = mln_sv_str(key), number = mln_sv_split(&proto, '/');
        uint64_t port;
        if ((!proto.p || mln_sv_eq(proto, MLN_SV("tcp"))) && mln_sv_u64(number, &port) == 0)
            mln_ports_add(ret, ret_n, port);
    }
}

static void read_labels(struct mln_container *c, json_t *labels)
{
    const char *key;
    size_t len;
    json_t *v;

    json_object_keylen_foreach(labels, key, len, v) if (json_is_string(v))
        mln_container_add_label(c, mln_sv(key, len), text_of(v));
    mln_container_read_labels(c);
}

static bool adds_net_admin(const json_t *caps)
{
    const json_t *v;
    size_t i;

    json_array_foreach(caps, i, v)
    {
        struct mln_sv cap = text_of(v);
        if (mln_sv_istarts(cap, MLN_SV("CAP_")))
            cap = mln_sv_sub(cap, 4, cap.len);
        if (mln_sv_ieq(cap, MLN_SV("NET_ADMIN")) || mln_sv_ieq(cap, MLN_SV("ALL")))
            return true;
    }
    return false;
}

static void read_host_config(struct mln_container *c, const json_t *host)
{
    c->host_network = mln_sv_eq(get_text(host, "NetworkMode"), MLN_SV("host"));
    c->net_admin = json_is_true(json_object_get(host, "Privileged")) ||
                   adds_net_admin(json_object_get(host, "CapAdd"));
}

static struct mln_sv without_slash(struct mln_sv name)
{
    return mln_sv_sub(name, name.len && name.p[0] == '/', 256);
}

static void drop_odd_image_id(struct mln_container *c)
{
    if (c->image_id.p && !mln_docker_image_id_ok(c->image_id))
        c->image_id = MLN_SV_NULL;
}

static int fill(struct mln_container *c, const json_t *o)
{
    const json_t *config = json_object_get(o, "Config");
    struct mln_sv id = get_text(o, "Id"), name = get_text(o, "Name");

    if (!mln_docker_id_ok(id) || !json_is_object(config) ||
        !json_is_object(json_object_get(o, "State")))
        return -EBADMSG;
    c->runtime = MLN_SV("docker");
    c->id = keep(c, id);
    c->name = keep(c, without_slash(name));
    c->image = keep(c, mln_sv_sub(get_text(config, "Image"), 0, MLN_IMAGE_REF_MAX + 1));
    c->image_id = keep(c, get_text(o, "Image"));
    read_state(c, json_object_get(o, "State"));
    read_exposed(json_object_get(config, "ExposedPorts"), c->ports, &c->n_ports);
    read_labels(c, json_object_get(config, "Labels"));
    read_host_config(c, json_object_get(o, "HostConfig"));
    drop_odd_image_id(c);
    return c->id.p ? 0 : -ENOMEM;
}

int mln_docker_read_container(struct mln_sv json, struct mln_container **ret)
{
    json_t *o = parse(json);
    struct mln_container *c = mln_container_new();
    int r = !c ? -ENOMEM : json_is_object(o) ? fill(c, o) : -EBADMSG;

    json_decref(o);
    if (r < 0)
        (void)mln_container_free(c);
    else
        *ret = c;
    return r;
}

/* ---- the list ---- */

/* "/name"; names given by links have more slashes. */
static struct mln_sv own_name(const json_t *names)
{
    const json_t *v;
    size_t i;

    json_array_foreach(names, i, v)
    {
        struct mln_sv name = without_slash(text_of(v));
        if (mln_sv_chr(name, '/') == SIZE_MAX)
            return name;
    }
    return MLN_SV_NULL;
}

static void read_list_ports(struct mln_container *c, const json_t *ports)
{
    const json_t *v;
    size_t i;

    json_array_foreach(ports, i, v)
    {
        json_int_t port = json_integer_value(json_object_get(v, "PrivatePort"));
        if (port > 0 && mln_sv_eq(get_text(v, "Type"), MLN_SV("tcp")))
            mln_ports_add(c->ports, &c->n_ports, (uint64_t)port);
    }
}

/* Of words that are not known the inspection decides. */
static bool is_running(struct mln_sv state)
{
    return !mln_sv_eq(state, MLN_SV("created")) && !mln_sv_eq(state, MLN_SV("exited")) &&
           !mln_sv_eq(state, MLN_SV("dead"));
}

static struct mln_container *read_summary(const json_t *o)
{
    struct mln_sv id = get_text(o, "Id");
    struct mln_container *c = mln_docker_id_ok(id) ? mln_container_new() : NULL;

    if (!c)
        return NULL;
    c->runtime = MLN_SV("docker");
    c->id = keep(c, id);
    c->name = keep(c, own_name(json_object_get(o, "Names")));
    c->image = keep(c, mln_sv_sub(get_text(o, "Image"), 0, MLN_IMAGE_REF_MAX + 1));
    c->image_id = keep(c, get_text(o, "ImageID"));
    c->running = is_running(get_text(o, "State"));
    read_list_ports(c, json_object_get(o, "Ports"));
    read_labels(c, json_object_get(o, "Labels"));
    read_host_config(c, json_object_get(o, "HostConfig"));
    drop_odd_image_id(c);
    return c->id.p ? c : mln_container_free(c);
}

int mln_docker_read_list(struct mln_sv json, void (*each)(void *arg, struct mln_container *c),
                         void *arg)
{
    json_t *list = parse(json), *e;
    size_t i;

    if (!json_is_array(list)) {
        json_decref(list);
        return -EBADMSG;
    }
    json_array_foreach(list, i, e)
    {
        struct mln_container *c = read_summary(e);
        if (c)
            each(arg, c);
    }
    json_decref(list);
    return 0;
}

/* ---- an image ---- */

static void read_refs(struct mln_image *i, const json_t *list)
{
    const json_t *v;
    size_t k;

    json_array_foreach(list, k, v) mln_image_add_ref(i, text_of(v));
}

int mln_docker_read_image(struct mln_sv json, struct mln_image **ret)
{
    json_t *o = parse(json);
    struct mln_sv id = get_text(o, "Id");
    struct mln_image *i = mln_docker_image_id_ok(id) ? mln_image_new() : NULL;
    int r = -EBADMSG;

    if (i) {
        i->id = mln_arena_dup(&i->arena, id);
        read_refs(i, json_object_get(o, "RepoTags"));
        read_refs(i, json_object_get(o, "RepoDigests"));
        read_exposed(json_object_get(json_object_get(o, "Config"), "ExposedPorts"), i->ports,
                     &i->n_ports);
        r = i->id.p ? 0 : -ENOMEM;
    }
    json_decref(o);
    if (r < 0)
        (void)mln_image_free(i);
    else
        *ret = i;
    return r;
}

/* ---- an event ---- */

int mln_docker_read_event(struct mln_sv json, struct mln_docker_event *ret)
{
    json_t *o = parse(json);
    struct mln_sv type = get_text(o, "Type");
    struct mln_sv id = get_text(json_object_get(o, "Actor"), "ID");
    int r = 0;

    *ret = (struct mln_docker_event){.type = MLN_DOCKER_EVENT_OTHER};
    if (!json_is_object(o)) {
        r = -EBADMSG;
    } else if (mln_sv_eq(type, MLN_SV("image"))) {
        ret->type = MLN_DOCKER_EVENT_IMAGE;
    } else if (mln_sv_eq(type, MLN_SV("container")) && mln_docker_id_ok(id)) {
        ret->type = MLN_DOCKER_EVENT_CONTAINER;
        ret->created = mln_sv_eq(get_text(o, "Action"), MLN_SV("create"));
        ret->id_len = id.len;
        memcpy(ret->id, id.p, id.len);
    }
    json_decref(o);
    return r;
}
