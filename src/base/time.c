#include "base/time.h"

#include <errno.h>
#include <time.h>

static mln_nsec now(clockid_t id)
{
    struct timespec ts;

    if (clock_gettime(id, &ts) != 0)
        return 0;
    return (mln_nsec)ts.tv_sec * MLN_NSEC_PER_SEC + (mln_nsec)ts.tv_nsec;
}

mln_nsec mln_now_mono(void)
{
    return now(CLOCK_MONOTONIC);
}

mln_nsec mln_now_wall(void)
{
    return now(CLOCK_REALTIME);
}

mln_nsec mln_now_cpu(void)
{
    return now(CLOCK_THREAD_CPUTIME_ID);
}

/* Days since 1970-01-01 to a proleptic Gregorian date, and back (Hinnant, "chrono-compatible
 * low-level date algorithms"). */
static void civil_from_days(int64_t days, int *y, unsigned *m, unsigned *d)
{
    int64_t z = days + 719468;
    int64_t era = z / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;

    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = (int)(era * 400 + yoe + (*m <= 2));
}

static int64_t days_from_civil(int y, unsigned m, unsigned d)
{
    int64_t yy = y - (m <= 2);
    int64_t era = yy / 400;
    unsigned yoe = (unsigned)(yy - era * 400);
    unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + (int64_t)doe - 719468;
}

void mln_rfc3339(mln_nsec wall, char out[MLN_RFC3339_LEN + 1])
{
    uint64_t sec = wall / MLN_NSEC_PER_SEC;
    unsigned ns = (unsigned)(wall % MLN_NSEC_PER_SEC);
    unsigned sod = (unsigned)(sec % 86400);
    int y;
    unsigned m, d;

    civil_from_days((int64_t)(sec / 86400), &y, &m, &d);
    (void)snprintf(out, MLN_RFC3339_LEN + 1, "%04u-%02u-%02uT%02u:%02u:%02u.%09uZ",
                   (unsigned)y % 10000, m % 100, d % 100, sod / 3600 % 100, sod / 60 % 60, sod % 60,
                   ns % 1000000000);
}

static bool digits(struct mln_sv s, size_t at, size_t n, unsigned *ret)
{
    uint64_t v;

    if (at + n > s.len || mln_sv_u64(mln_sv_sub(s, at, n), &v) < 0)
        return false;
    *ret = (unsigned)v;
    return true;
}

/* The part after the date: "Thh:mm:ss[.fraction]Z". */
static int parse_clock(struct mln_sv s, mln_nsec *ret)
{
    unsigned hh, mm, ss;
    uint64_t frac = 0, unit = MLN_NSEC_PER_SEC;
    size_t i = 9;

    if (s.len < 10 || s.p[0] != 'T' || s.p[3] != ':' || s.p[6] != ':' || !digits(s, 1, 2, &hh) ||
        !digits(s, 4, 2, &mm) || !digits(s, 7, 2, &ss) || hh > 23 || mm > 59 || ss > 60)
        return -EINVAL;
    if (s.p[i] == '.') {
        for (i++; i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT); i++) {
            unit /= 10;
            frac += (uint64_t)(s.p[i] - '0') * unit;
        }
    }
    if (i + 1 != s.len || s.p[i] != 'Z')
        return -EINVAL;
    *ret = (hh * UINT64_C(3600) + mm * UINT64_C(60) + ss) * MLN_NSEC_PER_SEC + frac;
    return 0;
}

/* "2030-02-30" reads as one, and is another. */
static bool is_date(int64_t days, unsigned y, unsigned m, unsigned d)
{
    int y2;
    unsigned m2, d2;

    civil_from_days(days, &y2, &m2, &d2);
    return y2 == (int)y && m2 == m && d2 == d;
}

int mln_rfc3339_parse(struct mln_sv s, mln_nsec *ret_wall)
{
    unsigned y, m, d;
    mln_nsec clock = 0, day;

    if (s.len < 10 || s.p[4] != '-' || s.p[7] != '-' || !digits(s, 0, 4, &y) ||
        !digits(s, 5, 2, &m) || !digits(s, 8, 2, &d) || y < 1970 || m < 1 || m > 12 || d < 1 ||
        d > 31)
        return -EINVAL;
    if (s.len > 10 && parse_clock(mln_sv_sub(s, 10, s.len), &clock) < 0)
        return -EINVAL;
    int64_t days = days_from_civil((int)y, m, d);
    if (!is_date(days, y, m, d))
        return -EINVAL;
    if (__builtin_mul_overflow((uint64_t)days, 86400 * MLN_NSEC_PER_SEC, &day) ||
        __builtin_add_overflow(day, clock, ret_wall))
        *ret_wall = UINT64_MAX; /* beyond 2554 */
    return 0;
}
