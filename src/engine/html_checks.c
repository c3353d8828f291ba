/* Elements and attributes that run script, and values that leave an attribute. */
#include "engine/told.h"
#include "engine/xss_priv.h"

enum { STYLE_COST = 8 };

/* Handlers known by name may carry junk behind it ("onload!#$="), others must be letters only. */
static const char *const handlers[] = {
    "onabort",      "onanimationend", "onanimationstart", "onbegin",    "onblur",     "onchange",
    "onclick",      "ondblclick",     "ondrag",           "onend",      "onerror",    "onfocus",
    "onhashchange", "oninput",        "onkeydown",        "onkeypress", "onload",     "onmessage",
    "onmouse",      "onpageshow",     "onpaste",          "onpointer",  "onpopstate", "onresize",
    "onscroll",     "onstart",        "onsubmit",         "ontoggle",   "ontouch",    "onunload",
    "onwheel"};

/* English words that begin as handlers do; there are no such events. */
static bool is_usual_word(struct mln_sv n)
{
    static const char *const words[] = {"onboard", "ongoing", "onion",  "onions", "online",
                                        "onset",   "onshore", "onsite", "onward", "onwards"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_sv_ieq_str(n, words[i]))
            return true;
    return false;
}

static bool is_handler_name(struct mln_sv n)
{
    if (is_usual_word(n) || n.len < 5 || n.len > 32 || !mln_sv_istarts(n, MLN_SV("on")))
        return false;
    for (size_t i = 2; i < n.len; i++)
        if (!mln_cc((unsigned char)n.p[i], MLN_CC_ALPHA))
            return false;
    return true;
}

static bool is_known_handler(struct mln_sv n)
{
    if (!mln_sv_istarts(n, MLN_SV("on")))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(handlers); i++)
        if (mln_sv_istarts_str(n, handlers[i]))
            return true;
    return false;
}

/* ---- elements ---- */

/* Elements whose text is no markup; an end tag ends the page's own one unless the value has
 * opened it. Index among them, or -1. */
static int text_element(struct mln_sv name)
{
    static const char *const names[] = {"script",   "textarea", "title",  "style",
                                        "noscript", "xmp",      "iframe", "template"};
    char first = name.len ? mln_lower(name.p[0]) : '\0';

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (names[i][0] == first && mln_sv_ieq_str(name, names[i]))
            return (int)i;
    return -1;
}

/* "1 <script": neither an end nor an attribute, somebody writes about it or goes on to type. */
static bool is_cut(struct mln_sv s, const struct mln_html_tag *t)
{
    for (size_t i = t->name_end; i < s.len; i++)
        if (s.p[i] == '>' || s.p[i] == '=' || s.p[i] == '/' || s.p[i] == '<')
            return false;
    return true;
}

/* What editors write when an author pastes the address of a video or a map: a frame of a site that
 * is there to be framed, and the page of it that is. */
static bool is_embed(struct mln_sv s, const struct mln_html_tag *t)
{
    static const char *const pages[] = {"www.youtube.com/embed/",
                                        "www.youtube-nocookie.com/embed/",
                                        "youtube.com/embed/",
                                        "player.vimeo.com/video/",
                                        "www.google.com/maps/embed",
                                        "open.spotify.com/embed",
                                        "w.soundcloud.com/player",
                                        "www.dailymotion.com/embed/",
                                        "player.twitch.tv/",
                                        "www.facebook.com/plugins/",
                                        "www.instagram.com/embed",
                                        "codepen.io/",
                                        "www.openstreetmap.org/export/embed",
                                        "docs.google.com/",
                                        "www.slideshare.net/slideshow/embed_code/"};
    enum { TAG_MAX = 1024 };
    struct mln_sv tag = mln_sv_sub(s, t->off, TAG_MAX);
    size_t end = mln_sv_chr(tag, '>'), src;

    tag = mln_sv_sub(tag, 0, end);
    src = mln_sv_ifind(tag, MLN_SV(" src=\""));
    if (end == SIZE_MAX || src == SIZE_MAX || mln_sv_ifind(tag, MLN_SV("srcdoc")) != SIZE_MAX)
        return false;
    struct mln_sv url = mln_sv_sub(tag, src + 6, tag.len);
    if (mln_sv_istarts(url, MLN_SV("https:")))
        url = mln_sv_sub(url, 6, url.len);
    if (!mln_sv_starts(url, MLN_SV("//")))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(pages); i++)
        if (mln_sv_starts(mln_sv_sub(url, 2, url.len), mln_sv_str(pages[i])))
            return true;
    return false;
}

/* "how to use <script> in html": a bare tag among words, and no more script than these. */
static bool is_mentioned(struct mln_sv s, const struct mln_html_tag *t)
{
    enum { TEXT_MAX = 200, WORDS_BEFORE_MIN = 2 };
    size_t words = 0;

    if (t->name_end >= s.len || s.p[t->name_end] != '>' || s.len > TEXT_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool tag = i >= t->off && i <= t->name_end;
        if (!tag && !mln_cc((unsigned char)c, MLN_CC_WORD) && !memchr(" ,.?!", c, 5))
            return false;
        words += c == ' ' && i < t->off && i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA);
    }
    return words >= WORDS_BEFORE_MIN;
}

/* <script type="application/ld+json">: data for search engines and mail programs, which no browser
 * runs. The first type counts, as it does for browsers. */
static bool is_data_block(struct mln_sv s, struct mln_html_tag t)
{
    enum { LOOK = 80 };
    struct mln_html_attr a;

    s = mln_sv_sub(s, 0, t.name_end + LOOK);
    while (mln_html_attr_next(s, &t, &a))
        if (mln_sv_ieq(a.name, MLN_SV("type")))
            return !t.odd && (mln_sv_ieq(a.value, MLN_SV("application/ld+json")) ||
                              mln_sv_ieq(a.value, MLN_SV("application/json")));
    return false;
}

/* A whole page, as mail programs and editors send it: its head has a style. */
static bool is_page(struct mln_sv s)
{
    s = mln_sv_trim(s);

    return (mln_sv_istarts(s, MLN_SV("<html")) || mln_sv_istarts(s, MLN_SV("<!doctype html"))) &&
           s.len > 7 && mln_sv_ieq(mln_sv_sub(s, s.len - 7, 7), MLN_SV("</html>"));
}

/* What spreadsheets put in front of the sheet of copied cells: "<meta charset="utf-8">" and an
 * element of their own. */
static size_t skip_origin(struct mln_sv s)
{
    static const char *const starts[] = {
        "<meta charset=\"utf-8\">", "<meta name=\"generator\" content=\"Sheets\">",
        "<meta name=\"generator\" content=\"Sheets\"/>", "<google-sheets-html-origin>"};
    size_t i = mln_scan_skip_space(s, 0);

    for (size_t k = 0; k < MLN_ARRAY_LEN(starts); k++)
        if (mln_scan_at_str(s, i, starts[k]))
            i = mln_scan_skip_space(s, i + strlen(starts[k]));
    return i;
}

/* The same with its head left away: a sheet that loads nothing, and a block to the end. */
static bool is_mail(struct mln_sv s)
{
    s = mln_sv_trim(s);
    if (mln_sv_ends(s, MLN_SV("</google-sheets-html-origin>")))
        s.len -= strlen("</google-sheets-html-origin>");
    size_t body = mln_scan_skip_space(s, mln_told_sheet(s, skip_origin(s)));

    return body &&
           (mln_scan_at(s, body, MLN_SV("<div")) || mln_scan_at(s, body, MLN_SV("<table"))) &&
           (mln_sv_ends(s, MLN_SV("</div>")) || mln_sv_ends(s, MLN_SV("</table>")));
}

static bool is_first(struct mln_sv s, size_t tag)
{
    return skip_origin(s) == tag;
}

/* <svg viewBox="…">…</svg>: drawn with a size of its own, as programs that draw write it. What is
 * active in it counts by itself. */
static bool is_drawing(const struct mln_xss *x, struct mln_html_tag t)
{
    enum { LOOK = 160 };
    struct mln_html_attr a;

    if (!x->drawing || t.odd || !mln_sv_ieq(mln_html_tag_name(&t), MLN_SV("svg")))
        return false;
    struct mln_sv s = mln_sv_sub(x->s, 0, t.name_end + LOOK);
    while (mln_html_attr_next(s, &t, &a))
        if (mln_sv_ieq(a.name, MLN_SV("viewbox")))
            return true;
    return false;
}

static void check_tag_name(struct mln_xss *x, const struct mln_html_tag *t, unsigned *opened)
{
    static const char *const scripts[] = {"script", "svg:script"};
    static const char *const active[] = {"isindex", "xss", "applet", "marquee"};
    static const char *const frames[] = {"iframe", "frame", "frameset"};
    static const char *const foreign[] = {
        "svg", "math", "foreignobject", "animate", "animatetransform", "set", "image", "mglyph"};
    static const char *const media[] = {"img",    "video",  "audio",   "source", "input",
                                        "button", "body",   "details", "form",   "textarea",
                                        "select", "keygen", "html",    "track"};
    static const struct {
        const char *const *names;
        size_t n;
        enum mln_signal signal;
    } classes[] = {
        {scripts, MLN_ARRAY_LEN(scripts), MLN_SIG_XSS_SCRIPT_TAG},
        {active, MLN_ARRAY_LEN(active), MLN_SIG_XSS_ACTIVE_TAG},
        {frames, MLN_ARRAY_LEN(frames), MLN_SIG_XSS_FRAME_TAG},
        {foreign, MLN_ARRAY_LEN(foreign), MLN_SIG_XSS_FOREIGN_TAG},
        {media, MLN_ARRAY_LEN(media), MLN_SIG_XSS_MEDIA_TAG},
    };
    size_t len = t->name_end - t->off;
    int text = text_element(mln_html_tag_name(t));

    if (t->odd && !t->closing)
        mln_xss_add(x, MLN_SIG_XSS_BROKEN_TAG, t->off, len);
    if (t->closing) {
        if (text >= 0 && !(*opened >> text & 1))
            mln_xss_add(x, MLN_SIG_XSS_SCRIPT_CLOSE, t->off, len);
        return;
    }
    if (text >= 0)
        *opened |= 1u << text;
    if (mln_sv_ieq(mln_html_tag_name(t), MLN_SV("style"))) {
        mln_xss_add(x, MLN_SIG_XSS_STYLE_TAG, t->off, len);
        if (!x->drawing && !is_page(x->s) && !(is_first(x->s, t->off) && is_mail(x->s)))
            mln_xss_add(x, MLN_SIG_XSS_STYLE_LOOSE, t->off, len);
    }
    if (mln_sv_istarts(mln_html_tag_name(t), MLN_SV("svg")) && !x->drawing) {
        mln_xss_add(x, MLN_SIG_XSS_FOREIGN_TAG, t->off, len);
        mln_xss_add(x, MLN_SIG_XSS_OPEN_SVG, t->off, len);
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(classes); i++)
        if (mln_xss_among(mln_html_tag_name(t), classes[i].names, classes[i].n) &&
            !(classes[i].signal == MLN_SIG_XSS_FRAME_TAG &&
              (is_embed(x->s, t) || is_mentioned(x->s, t))) &&
            !(classes[i].signal == MLN_SIG_XSS_FOREIGN_TAG && is_drawing(x, *t)) &&
            !(classes[i].signal == MLN_SIG_XSS_SCRIPT_TAG && is_data_block(x->s, *t)))
            mln_xss_add(x,
                        classes[i].signal == MLN_SIG_XSS_SCRIPT_TAG &&
                                (is_cut(x->s, t) || is_mentioned(x->s, t))
                            ? MLN_SIG_XSS_SCRIPT_CUT
                            : classes[i].signal,
                        t->off, len);
}

/* ---- attributes ---- */

/* Without the quotes, escaped or doubled, that a carrier left around it. */
static struct mln_sv bare(struct mln_sv v)
{
    v = mln_sv_trim(v);
    while (v.len && strchr("\"'\\", v.p[0] ? v.p[0] : 'x'))
        v = mln_sv_sub(v, 1, v.len);
    while (v.len && strchr("\"'\\", v.p[v.len - 1] ? v.p[v.len - 1] : 'x'))
        v.len--;
    return v;
}

static bool is_value(struct mln_sv value, const char *expected)
{
    return mln_sv_ieq_str(value, expected) ||
           (expected[strlen(expected) - 1] == ':' && mln_sv_istarts_str(value, expected));
}

/* Elements that do something only by an attribute; XML documents use their names as well. */
static void check_element_attribute(struct mln_xss *x, const struct mln_html_tag *t,
                                    const struct mln_html_attr *a)
{
    static const struct {
        const char *element, *attribute;
        const char *value; /* NULL: any; one that ends in ':' is how it starts */
        enum mln_signal signal;
    } rows[] = {
        {"object", "data", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"use", "href", "data:", MLN_SIG_XSS_ACTIVE_TAG},
        {"use", "xlink:href", "data:", MLN_SIG_XSS_ACTIVE_TAG},
        {"object", "classid", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"object", "codebase", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"embed", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"embed", "code", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"base", "href", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"bgsound", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"layer", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"ilayer", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"xml", "id", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"xml", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"portal", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"fencedframe", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"v:vmlframe", "src", NULL, MLN_SIG_XSS_ACTIVE_TAG},
        {"input", "type", "password", MLN_SIG_XSS_FORM},
        {"link", "rel", "stylesheet", MLN_SIG_XSS_LINK_TAG},
        {"link", "rel", "import", MLN_SIG_XSS_LINK_TAG},
        {"meta", "http-equiv", "refresh", MLN_SIG_XSS_META_REFRESH},
        {"meta", "http-equiv", "set-cookie", MLN_SIG_XSS_META_REFRESH},
        {"meta", "http-equiv", "link", MLN_SIG_XSS_META_REFRESH},
    };
    struct mln_sv name = mln_html_tag_name(t);

    if (name.len < 3 || !strchr("oeblixpfvmu", mln_lower(name.p[0])))
        return; /* no row begins so */
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        if (mln_sv_ieq_str(name, rows[i].element) && mln_sv_ieq_str(a->name, rows[i].attribute) &&
            (!rows[i].value || is_value(bare(a->value), rows[i].value)))
            mln_xss_add(x, rows[i].signal, t->off, a->off + a->name.len - t->off);
    if (mln_sv_ieq(name, MLN_SV("meta")) && !a->value.p &&
        mln_sv_ieq(a->name, MLN_SV("http-equiv"))) /* a name cut off at its '=' */
        mln_xss_add(x, MLN_SIG_XSS_META_REFRESH, t->off, a->off - t->off);
    if (mln_sv_ieq(name, MLN_SV("meta")) &&
        (mln_scan_find(mln_sv_sub(a->value, 0, 64), MLN_SV("utf-7"), 0) != SIZE_MAX ||
         mln_scan_find(mln_sv_sub(a->value, 0, 64), MLN_SV("utf7"), 0) != SIZE_MAX))
        mln_xss_add(x, MLN_SIG_XSS_META_REFRESH, t->off, a->off - t->off);
}

/* Handlers of script frameworks, which compile the value of an attribute. */
static bool is_framework_handler(struct mln_sv n)
{
    static const char *const prefixes[] = {"ng-", "data-ng-", "x-on:", "v-on:", "hx-on", "@"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(prefixes); i++)
        if (mln_sv_istarts_str(n, prefixes[i]))
            return true;
    return false;
}

/* onclick="return false;" keeps a link from being followed, and does nothing else. */
static bool is_inert(struct mln_sv script)
{
    script = mln_sv_trim(script);
    if (mln_sv_ends(script, MLN_SV(";")))
        script.len--;
    return mln_sv_eq(script, MLN_SV("return false")) || mln_sv_eq(script, MLN_SV("return true"));
}

static void check_handler(struct mln_xss *x, const struct mln_html_attr *a, struct mln_sv value)
{
    bool known = is_known_handler(a->name);

    if (is_framework_handler(a->name)) {
        if (mln_sv_chr(value, '(') != SIZE_MAX || mln_sv_chr(value, '=') != SIZE_MAX)
            mln_xss_add(x, MLN_SIG_XSS_HANDLER, a->off, a->name.len);
        return;
    }
    bool empty = a->quoted && !value.len;
    if ((!known && !is_handler_name(a->name)) || empty || is_inert(value))
        return;
    bool script = mln_xss_is_script(value) || (known && value.len > 2);
    mln_xss_add(x, script ? MLN_SIG_XSS_HANDLER : MLN_SIG_XSS_HANDLER_SOFT, a->off,
                a->name.len + 1 + MLN_MIN(value.len, (size_t)40));
}

static void check_attribute(struct mln_xss *x, const struct mln_html_tag *t,
                            const struct mln_html_attr *a)
{
    static const char *const urls[] = {
        "href",     "src",     "action", "formaction", "xlink:href", "data",   "background",
        "poster",   "dynsrc",  "lowsrc", "from",       "to",         "values", "code",
        "codebase", "content", "url",    "srcset",     "ping"};

    if (!a->value.p) {
        check_element_attribute(x, t, a);
        return;
    }
    struct mln_sv value = mln_sv_sub(a->value, 0, MLN_XSS_VALUE_MAX);
    size_t off = value.len ? (size_t)(value.p - x->s.p) : a->off;
    /* white space within an unquoted value was a character reference before this lane undid it */
    struct mln_sv url = a->quoted || !value.len ? value : mln_sv_sub(x->s, off, MLN_XSS_LOOSE_MAX);
    check_handler(x, a, value);
    check_element_attribute(x, t, a);
    if (mln_xss_among(a->name, urls, MLN_ARRAY_LEN(urls)))
        mln_xss_check_url(x, url, off, true);
    else if (mln_sv_ieq(a->name, MLN_SV("style")))
        mln_xss_check_style(x, value, off);
    else if (mln_sv_ieq(a->name, MLN_SV("srcdoc")))
        mln_xss_add(x, MLN_SIG_XSS_SRCDOC, a->off, a->name.len);
}

/* ---- tags ---- */

static bool is_formatting(struct mln_sv name)
{
    static const char *const names[] = {
        "p",    "b",          "i",  "u",     "a",   "br",    "em",    "strong", "span", "div",
        "ul",   "ol",         "li", "h1",    "h2",  "h3",    "h4",    "h5",     "h6",   "td",
        "tr",   "th",         "dl", "dd",    "hr",  "table", "tbody", "thead",  "code", "pre",
        "font", "blockquote", "dt", "small", "sub", "sup",   "center"};
    return mln_xss_among(name, names, MLN_ARRAY_LEN(names));
}

/* `"><` and the like, in front of a tag. */
static bool leaves_attribute(struct mln_sv s, size_t tag)
{
    size_t i = tag;

    while (i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE))
        i--;
    if (i < 2 || s.p[i - 1] != '>')
        return false;
    for (i--; i && (mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE) || s.p[i - 1] == '/'); i--)
        ;
    return i && (s.p[i - 1] == '"' || s.p[i - 1] == '\'') &&
           (i == 1 || mln_sv_chr(mln_sv_sub(s, 0, i - 1), '<') == SIZE_MAX);
}

/* A call within a tag, or as the text of an element that no editor writes. */
static bool holds_call(struct mln_xss *x, const struct mln_html_tag *t)
{
    size_t call = x->call.off;

    if (x->call.call != MLN_JS_CALL_STRONG || call < t->name_end)
        return false;
    if (call < t->at)
        return true;
    struct mln_sv between = mln_sv_sub(x->s, t->at, call - t->at);
    return !t->closing && !is_formatting(mln_html_tag_name(t)) && between.len <= 4;
}

/* The text of a style element, up to the next tag. */
static struct mln_sv style_text(struct mln_sv s, size_t at)
{
    struct mln_sv text = mln_sv_sub(s, at, MLN_XSS_VALUE_MAX);

    return mln_sv_sub(text, 0, mln_sv_chr(text, '<'));
}

/* Attributes until the tag ends or the work is used up. Only what was read before is paid for, so
 * that ordinary documents of any length are read to their end. */
static void check_attributes(struct mln_xss *x, struct mln_html_tag *t)
{
    struct mln_html_attr a;
    size_t from = t->at;

    while (x->work && mln_html_attr_next(x->s, t, &a)) {
        size_t again = x->frontier > from ? MLN_MIN(x->frontier, t->at) - from : 0;
        size_t factor = mln_sv_ieq(a.name, MLN_SV("style")) ? STYLE_COST : 1;
        if (again && !mln_xss_work(x, again * factor)) {
            mln_xss_add(x, MLN_SIG_XSS_FLOOD, t->off, t->at - t->off);
            return;
        }
        check_attribute(x, t, &a);
        from = t->at;
        x->frontier = MLN_MAX(x->frontier, t->at);
    }
}

static size_t check_tag(struct mln_xss *x, struct mln_html_tag *t, unsigned *opened)
{
    check_tag_name(x, t, opened);
    if (leaves_attribute(x->s, t->off))
        mln_xss_add(x, MLN_SIG_XSS_TAG_BREAKOUT, t->off, t->name_end - t->off);
    check_attributes(x, t);
    if (!t->closing && mln_sv_ieq(mln_html_tag_name(t), MLN_SV("style")) &&
        !mln_findings_has(x->out, MLN_SIG_XSS_CSS_SCRIPT))
        mln_xss_check_style(x, style_text(x->s, t->at), t->at);
    if (holds_call(x, t))
        mln_xss_add(x, MLN_SIG_XSS_MARKUP_CALL, x->call.off, x->call.len);
    return t->name_end; /* tags may hide within what another reading takes for attributes */
}

static bool is_dangerous(const struct mln_findings *f)
{
    static const enum mln_signal hard[] = {
        MLN_SIG_XSS_SCRIPT_TAG,   MLN_SIG_XSS_HANDLER,   MLN_SIG_XSS_HANDLER_SOFT,
        MLN_SIG_XSS_SCHEME,       MLN_SIG_XSS_SRCDOC,    MLN_SIG_XSS_META_REFRESH,
        MLN_SIG_XSS_DATA_HTML,    MLN_SIG_XSS_FRAME_TAG, MLN_SIG_XSS_ACTIVE_TAG,
        MLN_SIG_XSS_TAG_BREAKOUT, MLN_SIG_XSS_CSS_SCRIPT};

    for (size_t i = 0; i < MLN_ARRAY_LEN(hard); i++)
        if (mln_findings_has(f, hard[i]))
            return true;
    return false;
}

/* "<!--[if mso]>", "<!--[if !gte mso 9]>": Outlook asks for itself in most mails; no browser does.
 */
static bool asks_for_outlook(struct mln_sv s, size_t at)
{
    enum { LOOK = 40 };
    struct mln_sv condition = mln_sv_sub(s, at, LOOK);
    size_t close = mln_sv_chr(mln_sv_sub(condition, 5, LOOK), ']');

    return close != SIZE_MAX &&
           mln_scan_word(mln_sv_sub(condition, 0, 5 + close), MLN_SV("mso"), 0) != SIZE_MAX;
}

static void check_conditional_comments(struct mln_xss *x)
{
    static const struct mln_sv opening = MLN_SV("<!--[if");

    for (size_t at = mln_view_find(x->v, opening); at != SIZE_MAX;
         at = mln_scan_find(x->s, opening, at + opening.len))
        if (!asks_for_outlook(x->s, at)) {
            mln_xss_add(x, MLN_SIG_XSS_COMMENT_TRICK, at, opening.len);
            return;
        }
}

static void check_declarations(struct mln_xss *x)
{
    static const struct {
        const char *text;
        enum mln_signal signal;
    } rows[] = {{"<![cdata[", MLN_SIG_XSS_COMMENT_TRICK},
                {"<?xml-stylesheet", MLN_SIG_XSS_ACTIVE_TAG},
                {"<?xml:namespace", MLN_SIG_XSS_ACTIVE_TAG},
                {"<?import", MLN_SIG_XSS_ACTIVE_TAG}};

    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        size_t at = mln_view_find_str(x->v, rows[i].text);
        if (at != SIZE_MAX)
            mln_xss_add(x, rows[i].signal, at, strlen(rows[i].text));
    }
    check_conditional_comments(x);
}

void mln_xss_check_tags(struct mln_xss *x)
{
    enum { FORMATTING_MIN = 4 };
    struct mln_html_tag t;
    unsigned formatting = 0, opened = 0;
    size_t from = 0;

    x->drawing = mln_view_find(x->v, MLN_SV("</svg")) != SIZE_MAX;
    while (mln_html_tag_next(x->s, from, &t)) {
        formatting += !t.closing && is_formatting(mln_html_tag_name(&t));
        from = check_tag(x, &t, &opened);
    }
    check_declarations(x);
    if (formatting >= FORMATTING_MIN && !is_dangerous(x->out) && x->call.call != MLN_JS_CALL_STRONG)
        mln_xss_add(x, MLN_SIG_XSS_FORMATTING, 0, x->s.len);
}

/* ---- out of an attribute: `" onfocus=alert(1) x="` ---- */

static bool has_quote(struct mln_sv s)
{
    return mln_sv_chr(s, '"') != SIZE_MAX || mln_sv_chr(s, '\'') != SIZE_MAX ||
           mln_sv_chr(s, '`') != SIZE_MAX;
}

/* The handler at i, whose name ends at n and whose value starts at `eq` + 1. */
static void judge_breakout(struct mln_xss *x, size_t i, size_t eq, bool quoted)
{
    static const char *const words[] = {"location", "document", "javascript:"};
    struct mln_sv value = mln_sv_sub(x->s, eq + 1, 200);
    bool call = mln_js_find_call(value).call >= MLN_JS_CALL_SOFT;

    if (value.len > 1 && (value.p[0] == '"' || value.p[0] == '\'') &&
        is_inert(mln_sv_sub(value, 1, mln_sv_chr(mln_sv_sub(value, 1, value.len), value.p[0]))))
        return;
    for (size_t k = 0; k < MLN_ARRAY_LEN(words) && !call; k++)
        call = mln_scan_find(value, mln_sv_str(words[k]), 0) != SIZE_MAX;
    if (call)
        mln_xss_add(x, quoted || i == 0 ? MLN_SIG_XSS_HANDLER : MLN_SIG_XSS_HANDLER_SOFT, i,
                    eq + 1 - i);
    else if (quoted && mln_xss_is_script(mln_sv_sub(value, 0, 60)))
        mln_xss_add(x, MLN_SIG_XSS_HANDLER_SOFT, i, eq + 1 - i);
    if (quoted)
        mln_xss_add(x, MLN_SIG_XSS_ATTRIBUTE_BREAKOUT, i, eq + 1 - i);
}

/* "?a=1&on=2", "?a=1&amp;on=2": the name of a parameter in an address. */
static bool is_parameter(struct mln_sv s, size_t i)
{
    static const struct mln_sv amp = MLN_SV("&amp;");

    return i && (s.p[i - 1] == '&' || s.p[i - 1] == '?' ||
                 (i >= amp.len && mln_sv_eq(mln_sv_sub(s, i - amp.len, amp.len), amp)));
}

void mln_xss_check_attribute_breakout(struct mln_xss *x)
{
    enum { CANDIDATES_MAX = 4 };
    unsigned candidates = 0;

    for (size_t i = mln_view_find(x->v, MLN_SV("on")); i != SIZE_MAX && candidates < CANDIDATES_MAX;
         i = mln_scan_find(x->s, MLN_SV("on"), i + 1)) {
        char before = i ? x->s.p[i - 1] : ' ';
        size_t n = i;
        while (n < x->s.len && mln_cc((unsigned char)x->s.p[n], MLN_CC_ALPHA))
            n++;
        size_t eq = mln_scan_skip_space(x->s, n);
        if (mln_cc((unsigned char)before, MLN_CC_WORD) || before == '-' || before == '.' ||
            is_parameter(x->s, i) || eq >= x->s.len || x->s.p[eq] != '=' ||
            !is_handler_name(mln_sv_sub(x->s, i, n - i)))
            continue;
        candidates++;
        judge_breakout(x, i, eq, has_quote(mln_sv_sub(x->s, 0, i)));
    }
}
