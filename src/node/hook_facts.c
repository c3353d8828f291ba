#include "node/hook_facts.h"

#include "base/fd.h"
#include "node/hook_client.h"
#include "runtime/oci.h"

static struct mln_sv value_of(struct mln_sv object, const char *key)
{
    struct mln_sv value;

    return mln_oci_member(object, mln_sv_str(key), &value) < 0 ? MLN_SV_NULL : value;
}

static struct mln_sv text_of(struct mln_sv object, const char *key)
{
    return mln_oci_text(value_of(object, key));
}

/* ---- Kubernetes, by containerd ---- */

/* False: it was not made for a pod. */
static bool read_annotations(struct mln_sv config, struct mln_start_facts *f)
{
    struct mln_sv a = value_of(config, "annotations");
    struct mln_sv type = text_of(a, "io.kubernetes.cri.container-type");

    if (!type.len)
        return false;
    f->sandbox = mln_sv_eq(type, MLN_SV("sandbox"));
    f->image = text_of(a, "io.kubernetes.cri.image-name");
    f->name = text_of(a, "io.kubernetes.cri.container-name");
    f->namespace_ = text_of(a, "io.kubernetes.cri.sandbox-namespace");
    return true;
}

/* ---- Docker ---- */

/* The folder of Docker that a mount comes from, …/containers/ID; absent when it is none. */
static struct mln_sv folder_of(struct mln_sv mount, struct mln_sv id)
{
    static const char *const files[] = {"/etc/hostname", "/etc/resolv.conf", "/etc/hosts"};
    struct mln_sv to = text_of(mount, "destination"), from = text_of(mount, "source"), dir = from;
    bool known = false;

    for (size_t i = 0; i < MLN_ARRAY_LEN(files); i++)
        known = known || mln_sv_eq(to, mln_sv_str(files[i]));
    while (dir.len && dir.p[dir.len - 1] != '/')
        dir.len--;
    if (dir.len)
        dir.len--;
    bool its = known && dir.len > id.len + 12 && mln_sv_ends(dir, id) &&
               mln_sv_ends(mln_sv_sub(dir, 0, dir.len - id.len), MLN_SV("/containers/"));
    return its ? dir : MLN_SV_NULL;
}

static struct mln_sv find_folder(struct mln_sv config, struct mln_sv id)
{
    struct mln_sv mounts = value_of(config, "mounts"), mount, dir = MLN_SV_NULL;
    size_t at = 0;

    while (!dir.p && mln_oci_next(mounts, &at, &mount))
        dir = folder_of(mount, id);
    return dir;
}

/* With a name as Docker shows it, and what a container outside of Kubernetes has no part in. */
static void read_docker(struct mln_sv json, struct mln_start_facts *f)
{
    struct mln_sv config = value_of(json, "Config"), name = text_of(json, "Name");

    f->image = text_of(config, "Image");
    f->image_id = text_of(json, "Image");
    f->name = mln_sv_starts(name, MLN_SV("/")) ? mln_sv_sub(name, 1, name.len) : name;
    f->labels = value_of(config, "Labels");
    if (mln_sv_eq(f->labels, MLN_SV("null")))
        f->labels = MLN_SV("{}");
    f->namespace_ = f->labels.p && mln_sv_find(f->labels, MLN_SV("io.kubernetes.")) == SIZE_MAX
                        ? MLN_SV("")
                        : MLN_SV_NULL;
}

void mln_hook_facts_read(const char *bundle, struct mln_sv id, struct mln_hook_facts *ret)
{
    char path[4096];

    *ret = (struct mln_hook_facts){.f = {.image = MLN_SV_NULL}};
    if (snprintf(path, sizeof(path), "%s/config.json", bundle) >= (int)sizeof(path) ||
        mln_file_read(path, MLN_OCI_TEXT_MAX, &ret->config) < 0 ||
        read_annotations(mln_buf_sv(&ret->config), &ret->f))
        return;
    struct mln_sv dir = find_folder(mln_buf_sv(&ret->config), id);
    if (dir.p &&
        snprintf(path, sizeof(path), "%.*s/config.v2.json", MLN_SV_ARG(dir)) < (int)sizeof(path) &&
        mln_file_read(path, MLN_OCI_TEXT_MAX, &ret->docker) == 0)
        read_docker(mln_buf_sv(&ret->docker), &ret->f);
}

void mln_hook_facts_done(struct mln_hook_facts *facts)
{
    mln_buf_done(&facts->config);
    mln_buf_done(&facts->docker);
}
