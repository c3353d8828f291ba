/* Every line of tests/corpus at the default threshold; see tests/corpus/README.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "base/arena.h"
#include "engine/ngram.h"

enum { THRESHOLD = 30, LINE_BYTES_MAX = 8192, PATH_BYTES_MAX = 1024 };

static unsigned lines, failures;

/* Undoes \xHH \n \r \t \\ in place; the length. */
static size_t unescape(char *s, size_t n)
{
    size_t to = 0;

    for (size_t i = 0; i < n; i++) {
        static const char letters[] = "nrt\\", bytes[] = "\n\r\t\\";
        const char *k = s[i] == '\\' && i + 1 < n ? strchr(letters, s[i + 1]) : NULL;
        if (k && *k) {
            s[to++] = bytes[k - letters];
            i++;
        } else if (s[i] == '\\' && i + 3 < n && s[i + 1] == 'x' &&
                   mln_hexval((unsigned char)s[i + 2]) >= 0 &&
                   mln_hexval((unsigned char)s[i + 3]) >= 0) {
            s[to++] = (char)(mln_hexval((unsigned char)s[i + 2]) << 4 |
                             mln_hexval((unsigned char)s[i + 3]));
            i += 3;
        } else {
            s[to++] = s[i];
        }
    }
    return to;
}

/* Points of one protection, or the most of any when it is negative. */
static int score(struct mln_sv value, int protection)
{
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;
    struct mln_budget budget = {.steps_left = 1 << 24};
    int best = 0;

    mln_arena_init(&a, 16 << 20);
    mln_findings_clear(&f);
    mln_value_inspect(&a, value, MLN_LOC_QUERY, MLN_SV("q"), &budget, &views, &f);
    mln_ngram_judge(&mln_ngram_default, &views, MLN_LOC_QUERY, &budget, &f);
    if (protection < 0)
        best = f.model.points;
    for (unsigned p = 0; p <= MLN_PROT_SHELLSHOCK; p++)
        if (protection < 0 || p == (unsigned)protection)
            best = MLN_MAX(best, mln_findings_points(&f, (enum mln_protection)p));
    mln_arena_done(&a);
    return best;
}

static void check_file(const char *path, int protection, bool attack)
{
    static char line[LINE_BYTES_MAX];
    FILE *f = fopen(path, "re");

    assert_non_null(f);
    for (unsigned n = 1; fgets(line, sizeof(line), f); n++) {
        struct mln_sv text = mln_sv(line, strcspn(line, "\n"));
        if (!text.len || mln_sv_starts(text, MLN_SV("# ")))
            continue;
        int points = score(mln_sv(line, unescape(line, text.len)), attack ? protection : -1);
        lines++;
        if ((points >= THRESHOLD) == attack)
            continue;
        failures++;
        print_error("%s:%u: %d points, %s\n", path, n, points,
                    attack ? "not caught" : "a false alarm");
    }
    (void)fclose(f);
}

static void check_folder(const char *root, const char *key, const char *side)
{
    char path[PATH_BYTES_MAX];
    bool attack = strcmp(side, "attack") == 0;

    (void)snprintf(path, sizeof(path), "%s/%s/%s", root, key, side);
    DIR *d = opendir(path);
    if (!d)
        return;
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (!mln_sv_ends(mln_sv_str(e->d_name), MLN_SV(".txt")))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s/%s/%.200s", root, key, side, e->d_name);
        check_file(path, mln_protection_find(mln_sv_str(key)), attack);
    }
    (void)closedir(d);
}

static void test_every_corpus_line_gets_its_verdict(void **state)
{
    const char *source = getenv("MERLON_SOURCE_ROOT");
    char root[PATH_BYTES_MAX / 2];

    (void)state;
    (void)snprintf(root, sizeof(root), "%s/tests/corpus", source ? source : ".");
    for (unsigned p = 0; p < MLN_PROT_MAX; p++) {
        const char *key = mln_protection_info((enum mln_protection)p)->key;
        check_folder(root, key, "attack");
        check_folder(root, key, "benign");
    }
    print_message("%u corpus lines\n", lines);
    assert_true(lines > 0);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_corpus_line_gets_its_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
