/* Dates of policies and runtimes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"

static void test_times_come_back_as_they_were_written(void **state)
{
    static const struct {
        const char *text, *want; /* NULL: no time */
    } table[] = {
        {"1970-01-01", "1970-01-01T00:00:00.000000000Z"},
        {"2027-01-01", "2027-01-01T00:00:00.000000000Z"},
        {"2028-02-29T23:59:59.5Z", "2028-02-29T23:59:59.500000000Z"},
        {"2554-07-21", "2554-07-21T00:00:00.000000000Z"},
        {"2600-01-01", "2554-07-21T23:34:33.709551615Z"}, /* what there is no number for */
        {"9999-12-31T23:59:59Z", "2554-07-21T23:34:33.709551615Z"},
        {"2030-02-30", NULL},
        {"2027-02-29", NULL},
        {"2027-04-31T00:00:00Z", NULL},
        {"2027-13-01", NULL},
        {"2027-00-01", NULL},
        {"1969-12-31", NULL},
        {"2027-01-01T24:00:00Z", NULL},
        {"2027-01-01T00:00:00", NULL},
        {"2027-1-01", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        char back[MLN_RFC3339_LEN + 1];
        mln_nsec t = 0;
        int r = mln_rfc3339_parse(mln_sv_str(table[i].text), &t);
        mln_rfc3339(t, back);
        if ((r == 0) != (table[i].want != NULL) || (r == 0 && strcmp(back, table[i].want) != 0))
            fail_msg("%s: %d %s", table[i].text, r, back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_come_back_as_they_were_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
