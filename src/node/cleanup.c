/* What a crashed defender left behind, taken out of every namespace that can be found. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "intercept/icpt.h"
#include "intercept/route.h"
#include "node/hooks.h"
#include "node/lock.h"
#include "node/warden.h"

enum { SPACES_MAX = 16384, REMOVE_MS = 5000 };

struct cleanup {
    struct mln_netns_key own;
    struct mln_netns_key seen[SPACES_MAX];
    uint32_t n, left, cleaned, failed, in_use;
    bool only_look;
    int error; /* the last one of a look */
};

static bool is_new(struct cleanup *c, int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || c->n == SPACES_MAX)
        return false;
    const struct mln_netns_key key = {.dev = st.st_dev, .inode = st.st_ino};
    for (uint32_t i = 0; i < c->n; i++)
        if (mln_netns_key_eq(&c->seen[i], &key))
            return false;
    c->seen[c->n++] = key;
    return true;
}

static void clean(struct cleanup *c, struct mln_icpt *i, const char *path)
{
    struct mln_buf why = {0};
    int r = mln_icpt_redirect.remove(i, &why);

    if (r == -EINPROGRESS)
        r = mln_icpt_redirect.wait(i, REMOVE_MS, &why);
    c->cleaned += r == 0;
    c->failed += r < 0;
    (void)printf("%s: %s%s%.*s\n", path, r < 0 ? strerror(-r) : "cleaned", why.len ? " " : "",
                 MLN_SV_ARG(mln_buf_sv(&why)));
    mln_buf_done(&why);
}

static void visit(struct cleanup *c, const char *path)
{
    MLN_CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct mln_icpt i = {.ns = fd, .alive = -1};

    if (fd < 0 || !is_new(c, fd))
        return;
    i.host = mln_netns_key_eq(&c->seen[c->n - 1], &c->own);
    int present = mln_icpt_redirect.present(&i);
    c->in_use += present == 2;
    c->left += present == 1;
    if (present < 0)
        c->error = present;
    else if (present == 1 && !c->only_look)
        clean(c, &i, path);
}

/* The namespaces of a folder: "%s" is each entry's name. */
static void visit_folder(struct cleanup *c, const char *folder, const char *format, bool numbers)
{
    DIR *d = opendir(folder);

    for (struct dirent *e; d && (e = readdir(d));) {
        char path[512];
        if (e->d_name[0] == '.' || (numbers && !mln_cc((unsigned char)e->d_name[0], MLN_CC_DIGIT)))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%.200s%s", folder, e->d_name, format);
        visit(c, path);
    }
    if (d)
        (void)closedir(d);
}

static void visit_all(struct cleanup *c)
{
    visit_folder(c, "/proc", "/ns/net", true);
    visit_folder(c, "/run/netns", "", false);
    visit_folder(c, "/run/docker/netns", "", false);
}

int mln_defender_left_over(struct mln_left_over *ret)
{
    struct cleanup *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->only_look = true;
    visit_all(c);
    *ret = (struct mln_left_over){.looked_at = c->n, .left = c->left, .in_use = c->in_use};
    int r = c->n ? c->error : -EPERM;
    free(c);
    return r;
}

int mln_defender_cleanup(const char *state_dir)
{
    struct cleanup *c = calloc(1, sizeof(*c));
    MLN_CLEANUP_FD int lock = mln_lock_take(state_dir);

    if (mln_fwmark_accept_unlock() < 0)
        (void)fputs("merlon defender: /proc/sys is read-only: settings stay as they are\n", stderr);
    if (lock < 0 || !c) {
        (void)fprintf(stderr, "merlon defender: %s: %s\n", state_dir,
                      lock == -EBUSY ? "a defender is running; stop it first" : strerror(-lock));
        free(c);
        return 3;
    }
    int r = mln_netns_own(&c->own);
    if (r < 0) { /* its settings could be taken for those of a container */
        (void)fprintf(stderr, "merlon defender: /proc/self/ns/net: %s\n", strerror(-r));
        free(c);
        return 3;
    }
    mln_hooks_note_closed(state_dir, false, MLN_SV_NULL);
    visit_all(c);
    (void)printf(
        "%u namespaces looked at, %u cleaned, %u failed, %u protected by a defender that runs\n",
        c->n, c->cleaned, c->failed, c->in_use);
    int code = c->failed ? 3 : 0;
    free(c);
    return code;
}
