#include "intel/list_text.h"

#include <errno.h>

static struct mln_sv unquoted(struct mln_sv s)
{
    s = mln_sv_trim(s);
    return s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"' ? mln_sv_sub(s, 1, s.len - 2) : s;
}

/* Field `column` of a line, from 1; absent when there are fewer. A separator within quotation marks
 * is none. */
static struct mln_sv csv_field(struct mln_sv line, char separator, unsigned column)
{
    bool quoted = false;
    size_t from = 0;

    for (size_t i = 0; i <= line.len; i++) {
        if (i < line.len && line.p[i] == '"')
            quoted = !quoted;
        if (i < line.len && (quoted || line.p[i] != separator))
            continue;
        if (--column == 0)
            return unquoted(mln_sv_sub(line, from, i - from));
        from = i + 1;
    }
    return MLN_SV_NULL;
}

static struct mln_sv first_word(struct mln_sv line)
{
    size_t n = 0;

    while (n < line.len && !strchr(" \t,;#", line.p[n]))
        n++;
    return mln_sv_sub(line, 0, n);
}

/* ---- networks ---- */

static void clear_behind(struct mln_prefix *p)
{
    for (unsigned byte = 0; byte < sizeof(p->addr.b); byte++) {
        unsigned kept = p->bits > byte * 8 ? MLN_MIN(p->bits - byte * 8, 8u) : 0;
        p->addr.b[byte] &= (uint8_t)(0xff00u >> kept);
    }
}

static bool parse_cidr(struct mln_sv s, struct mln_prefix *ret)
{
    struct mln_sv host = mln_sv_split(&s, '/');
    uint64_t bits = 0;

    if (mln_addr_parse(host, &ret->addr) < 0)
        return false;
    bool dotted = mln_sv_chr(host, ':') == SIZE_MAX;
    uint64_t most = dotted ? 32 : 128;
    if (!s.p)
        bits = most;
    else if (mln_sv_u64(s, &bits) < 0 || bits > most)
        return false;
    ret->bits = (uint8_t)(dotted ? bits + 96 : bits);
    clear_behind(ret);
    return true;
}

static bool is_bit(const struct mln_addr *a, unsigned bit)
{
    return a->b[bit / 8] >> (7 - bit % 8) & 1;
}

/* The last address of a prefix. */
static struct mln_addr last_of(const struct mln_prefix *p)
{
    struct mln_addr a = p->addr;

    for (unsigned bit = p->bits; bit < 128; bit++)
        a.b[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
    return a;
}

static bool step(struct mln_addr *a)
{
    for (unsigned i = sizeof(a->b); i-- > 0;)
        if (++a->b[i])
            return true;
    return false;
}

/* first to last as the fewest prefixes: the largest one that begins at first and ends in time,
 * then on behind it. At most 254. */
static int each_of_range(struct mln_addr first, const struct mln_addr *last, mln_list_entry *entry,
                         void *arg, struct mln_sv tag)
{
    for (;;) {
        struct mln_prefix p = {first, 128};
        while (p.bits > 0 && !is_bit(&first, p.bits - 1u)) {
            const struct mln_prefix wider = {first, (uint8_t)(p.bits - 1)};
            struct mln_addr end = last_of(&wider);
            if (memcmp(end.b, last->b, sizeof(end.b)) > 0)
                break;
            p = wider;
        }
        int r = entry(arg, &p, tag);
        struct mln_addr end = last_of(&p);
        if (r < 0 || mln_addr_eq(&end, last))
            return r;
        first = end;
        if (!step(&first))
            return 0;
    }
}

/* -EINVAL: no network. */
static int take_network(struct mln_sv s, mln_list_entry *entry, void *arg, struct mln_sv tag)
{
    struct mln_sv rest = s, from = mln_sv_trim(mln_sv_split(&rest, '-'));
    struct mln_addr first, last;
    struct mln_prefix p;

    if (!rest.p)
        return parse_cidr(s, &p) ? entry(arg, &p, tag) : -EINVAL;
    if (mln_addr_parse(from, &first) < 0 || mln_addr_parse(mln_sv_trim(rest), &last) < 0 ||
        mln_addr_is_v4(&first) != mln_addr_is_v4(&last) ||
        memcmp(first.b, last.b, sizeof(first.b)) > 0)
        return -EINVAL;
    return each_of_range(first, &last, entry, arg, tag);
}

/* ---- lines ---- */

static bool says_nothing(struct mln_sv line)
{
    return line.len == 0 || line.p[0] == '#' || line.p[0] == ';' ||
           mln_sv_starts(line, MLN_SV("//"));
}

static int take_line(struct mln_sv line, const struct mln_list_format *f, mln_list_entry *entry,
                     void *arg)
{
    if (line.len > MLN_LIST_LINE_MAX)
        return -EINVAL;
    if (!f->separator)
        return take_network(first_word(line), entry, arg, MLN_SV_NULL);
    struct mln_sv network = csv_field(line, f->separator, f->column);
    return network.p ? take_network(network, entry, arg,
                                    f->tag_column ? csv_field(line, f->separator, f->tag_column)
                                                  : MLN_SV_NULL)
                     : -EINVAL;
}

int mln_list_parse(struct mln_sv text, const struct mln_list_format *f, mln_list_entry *entry,
                   void *arg, struct mln_list_report *ret)
{
    *ret = (struct mln_list_report){0};
    if (mln_sv_starts(text, MLN_SV("\xef\xbb\xbf")))
        text = mln_sv_sub(text, 3, text.len);
    for (uint64_t number = 1; text.p; number++) {
        struct mln_sv line = mln_sv_split(&text, '\n');
        if (line.len && line.p[line.len - 1] == '\r')
            line.len--;
        line = mln_sv_trim(line);
        if (says_nothing(line))
            continue;
        int r = take_line(line, f, entry, arg);
        if (r == 0) {
            ret->entries++;
        } else if (r != -EINVAL) {
            return r;
        } else if (number > 1 || !f->separator) { /* else the names of the columns */
            ret->bad++;
            ret->first_bad = ret->first_bad ? ret->first_bad : number;
        }
    }
    return 0;
}
