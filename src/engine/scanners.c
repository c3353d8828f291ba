/* Attack tools and vulnerability scanners, by what they say of themselves and by what they ask for.
 * A client says what it likes: this is evidence about clients, not protection, and by default an
 * alert. */
#include "engine/path_files.h"
#include "engine/scan.h"
#include "engine/txn_priv.h"

/* Words of a User-Agent, sorted. */
/* clang-format off */
static const char *const tools[] = {
    "absinthe", "acunetix", "appscan", "arachni", "autogetcolumn", "bbscan", "bilbo", "brutus",
    "bsqlbf", "burpcollaborator", "cgichk", "cmsmap", "commix", "crlfuzz", "dalfox", "dav.pm",
    "detectify", "dirb", "dirbuster", "dirsearch", "dotdotpwn", "droopescan", "fatihs-scanner",
    "feroxbuster", "ffuf", "fhscan", "fimap", "fuzz", "gobuster", "golismero", "grabber",
    "grendel-scan", "havij", "hexometer", "hydra", "inspath", "invicti", "jaeles", "jbrofuzz",
    "joomscan", "jorgee", "katana", "l9explore", "l9tcpid", "masscan", "morfeus",
    "mysqloit", "n-stealth", "nessus", "netlab360", "netsparker", "nikto", "nmap", "nsauditor",
    "nuclei", "nvdorz", "openvas", "owasp_zap", "pangolin", "paros", "pmafind",
    "prog.customcrawler", "qqgamehall", "qualys", "rapid7", "scanbot", "scanner", "sectoolkit",
    "shellscan", "skipfish", "sn1per", "sqlbrute", "sqlmap", "sqlninja", "sqlpowerinjector",
    "ssrfmap", "subfinder", "thc-hydra", "tplmap", "uil2pn", "uniscan", "vega", "w3af", "wafw00f",
    "wapiti", "webinspect", "webshag", "webtrends-security", "wfuzz", "whatweb", "whcc", "wpscan",
    "xsser", "xsstrike", "zaproxy", "zgrab", "zmap", "zmeu",
};
/* Names of fields that only they send. */
static const char *const fields[] = {
    "acunetix-aspect", "acunetix-aspect-password", "acunetix-aspect-queries", "acunetix-product",
    "acunetix-scanning-agreement", "acunetix-user-agreement", "x-arachni-scan-seed",
    "x-netsparker-scan", "x-ratproxy-loop", "x-request-memo", "x-requestmanager-memo",
    "x-scan-memo", "x-scanner", "x-wipp", "x-wvs-id", "x-zap-scan-id",
};
/* clang-format on */

static int compare(struct mln_sv name, const char *word)
{
    for (size_t i = 0; i < name.len; i++) {
        int d = (unsigned char)mln_lower(name.p[i]) - (unsigned char)word[i];
        if (d)
            return d;
    }
    return word[name.len] ? -1 : 0;
}

static bool is_among(struct mln_sv name, const char *const *words, size_t n)
{
    for (size_t lo = 0, hi = n; lo < hi;) {
        size_t mid = lo + (hi - lo) / 2;
        int c = compare(name, words[mid]);
        if (c == 0)
            return true;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return false;
}

static void report(struct mln_txn *t, enum mln_detector_id id, enum mln_location loc,
                   struct mln_sv name, struct mln_sv value, size_t off, size_t len)
{
    mln_report(t, &(struct mln_report){.detector = id,
                                       .loc = loc,
                                       .name = name,
                                       .value = value,
                                       .offset = (uint32_t)off,
                                       .length = (uint32_t)len,
                                       .score = id == MLN_DET_SCANNERS_tool ? 40 : 30,
                                       .action = -1});
}

static bool is_name_byte(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || c == '-' || c == '.';
}

/* The first word of s that names a tool; SIZE_MAX when none does. */
static size_t find_tool(struct mln_sv s, size_t *ret_len)
{
    for (size_t i = 0; i < s.len;) {
        size_t start = i;
        while (i < s.len && is_name_byte(s.p[i]))
            i++;
        if (i == start) {
            i++;
            continue;
        }
        /* "nikto-2.1", "w3af.org": the name is a part of its word */
        for (size_t end = i; end > start; end--) {
            if (end < i && s.p[end] != '-' && s.p[end] != '.')
                continue;
            if (is_among(mln_sv_sub(s, start, end - start), tools, MLN_ARRAY_LEN(tools))) {
                *ret_len = end - start;
                return start;
            }
        }
    }
    return SIZE_MAX;
}

static void check_agent(struct mln_txn *t)
{
    struct mln_sv agent = mln_http_get(t->head, MLN_NAME_USER_AGENT), name = MLN_SV("User-Agent ");
    uint64_t hash = agent.len ? mln_clean_hash(t->e, MLN_LOC_HEADER, name, agent) : 0;
    size_t len = 0;

    if (!agent.len || (hash && mln_clean_has(t->e, hash)))
        return;
    size_t at = find_tool(agent, &len);
    if (at != SIZE_MAX)
        report(t, MLN_DET_SCANNERS_tool, MLN_LOC_HEADER, MLN_SV("User-Agent"), agent, at, len);
    else if (hash)
        mln_clean_add(t->e, hash);
}

static void check_fields(struct mln_txn *t)
{
    for (uint32_t i = 0; i < t->head->n_fields; i++) {
        const struct mln_http_field *f = &t->head->fields[i];
        char first = f->name.len ? mln_lower(f->name.p[0]) : '\0';
        if ((first == 'x' || first == 'a') && is_among(f->name, fields, MLN_ARRAY_LEN(fields)))
            report(t, MLN_DET_SCANNERS_tool, MLN_LOC_HEADER, f->name, f->value, 0,
                   MLN_MIN(f->value.len, (size_t)MLN_MATCH_MAX));
    }
}

/* ---- what they ask for ---- */

static bool ends_any(struct mln_sv s, const char *const *ends, size_t n, struct mln_sv *ret_stem)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ends(s, mln_sv_str(ends[i]))) {
            *ret_stem = mln_sv_sub(s, 0, s.len - strlen(ends[i]));
            return true;
        }
    return false;
}

/* "shop.sql.gz", "index.php.old", "backup.zip": copies that lie about. */
static bool is_copy(struct mln_sv name)
{
    static const char *const copies[] = {".sql", ".sql.gz", ".sql.zip", ".sqlite",
                                         ".bak", ".old",    ".orig",    ".save",
                                         ".swp", ".backup", ".dump",    ".rdb"};
    static const char *const archives[] = {".zip", ".tar.gz", ".tgz", ".tar.bz2",
                                           ".tar", ".7z",     ".rar", ".gz"};
    static const char *const stems[] = {"backup", "backups", "bak", "database",    "db",
                                        "dump",   "html",    "old", "public_html", "site",
                                        "sql",    "web",     "www", "wwwroot"};
    struct mln_sv stem;

    if (mln_sv_chr(name, '.') == SIZE_MAX)
        return false;
    if (ends_any(name, copies, MLN_ARRAY_LEN(copies), &stem))
        return true;
    return ends_any(name, archives, MLN_ARRAY_LEN(archives), &stem) &&
           is_among(stem, stems, MLN_ARRAY_LEN(stems));
}

/* A hidden file or folder; the one of RFC 8615 is meant to be asked for. */
static bool is_hidden(struct mln_sv segment)
{
    return segment.len > 2 && segment.p[0] == '.' &&
           mln_cc((unsigned char)segment.p[1], MLN_CC_ALPHA) &&
           !mln_sv_eq(segment, MLN_SV(".well-known"));
}

static void check_path(struct mln_txn *t)
{
    enum { PATH_MAX_BYTES = 256 };
    char lower[PATH_MAX_BYTES];
    struct mln_sv path = t->paths.n ? t->paths.r[0].path : MLN_SV_NULL, name = MLN_SV_NULL;
    bool hidden = false;

    if (path.len < 2 || path.len > PATH_MAX_BYTES)
        return;
    for (size_t i = 0; i < path.len; i++)
        lower[i] = mln_lower(path.p[i]);
    struct mln_sv rest = mln_sv(lower + 1, path.len - 1);
    while (rest.len) {
        name = mln_sv_split(&rest, '/');
        hidden = hidden || is_hidden(name);
    }
    if (hidden || is_copy(name) ||
        mln_path_file(mln_sv(lower + 1, path.len - 1), false) == MLN_FILE_PROBE)
        report(t, MLN_DET_SCANNERS_probe, MLN_LOC_PATH, MLN_SV_NULL, path, 0, path.len);
}

void mln_check_scanners(struct mln_txn *t)
{
    check_agent(t);
    check_fields(t);
    check_path(t);
}
