/* Whose process is it: paths as Docker, containerd and Kubernetes make them, version 1 and 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "node/cgroup.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void test_a_process_of_another_container_is_told(void **state)
{
    static const struct {
        const char *text;
        bool of_another; /* than A */
    } table[] = {
        {"12:pids:/docker/" A "\n11:cpu:/docker/" A "\n", false},
        {"12:pids:/docker/" B "\n11:cpu:/docker/" B "\n", true},
        {"0::/system.slice/docker-" A ".scope\n", false},
        {"0::/system.slice/docker-" B ".scope\n", true},
        {"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" A ".scope\n", false},
        {"0::/kubepods/burstable/pod0f1e/" B "\n", true},
        {"0::/docker/" B "/docker/" A "\n", false}, /* within another one */
        {"0::/../" B "\n", true},
        {"0::/user.slice/session-1.scope\n", false}, /* says nothing */
        {"0::/k8s.io/web\n", false},
        {"0::/docker/" A "a\n", false}, /* 65 digits are no id */
        {"", false},
        {B, true},
    };
    uint8_t id[32];

    (void)state;
    memset(id, 0xaa, sizeof(id));
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        if (mln_cgroup_is_of_another(mln_sv_str(table[i].text), MLN_SV(""), id) !=
            table[i].of_another)
            fail_msg("case %zu: %s", i, table[i].text);
    /* we are in B ourselves, and so is everything else */
    assert_false(
        mln_cgroup_is_of_another(MLN_SV("0::/docker/" B "/x"), MLN_SV("0::/docker/" B), id));
}

static void test_a_process_that_is_not_there_says_nothing(void **state)
{
    const uint8_t id[32] = {0};

    (void)state;
    assert_false(mln_process_is_of_another(INT32_MAX, id));
    (void)mln_process_is_of_another((uint32_t)getpid(), id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_process_of_another_container_is_told),
        cmocka_unit_test(test_a_process_that_is_not_there_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
