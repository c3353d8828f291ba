#include "engine/code_forms.h"
#include "engine/scan.h"

/* Names of files that uploads state in a header of their own: a script, or a session of PHP. */
void mln_code_upload_name(const struct mln_view *v, struct mln_sv name, struct mln_findings *out)
{
    static const char *const headers[] = {"x-filename",  "x.filename",  "x_filename",
                                          "x-file-name", "x_file_name", "x-file_name"};
    static const char *const scripts[] = {
        "php", "php3", "php4", "php5", "php6", "php7", "php8", "phtml", "phar", "pht", "phps",
        "jsp", "jspx", "jspf", "jsw",  "asp",  "aspx", "ashx", "asa",   "cer",  "cfm", "shtml"};
    struct mln_sv s = mln_view_sv(v);
    bool upload = false;

    for (size_t i = 0; i < MLN_ARRAY_LEN(headers); i++)
        upload = upload || mln_sv_ieq_str(name, headers[i]);
    if (!upload)
        return;
    while (s.len && (s.p[s.len - 1] == '.' || s.p[s.len - 1] == ' '))
        s.len--;
    size_t dot = s.len;
    while (dot && mln_cc((unsigned char)s.p[dot - 1], MLN_CC_WORD | MLN_CC_DIGIT))
        dot--;
    struct mln_sv end = mln_sv_sub(s, dot, s.len);
    for (size_t i = 0; i < MLN_ARRAY_LEN(scripts); i++)
        if (dot && s.p[dot - 1] == '.' && mln_sv_ieq_str(end, scripts[i]))
            mln_findings_add(out, MLN_SIG_CODE_UPLOAD_NAME, v, dot - 1, end.len + 1);
    size_t session = mln_scan_find(s, MLN_SV("sess_"), 0);
    if (session != SIZE_MAX && s.len - session >= 25 &&
        (!session || !mln_cc((unsigned char)s.p[session - 1], MLN_CC_WORD)))
        mln_findings_add(out, MLN_SIG_CODE_UPLOAD_NAME, v, session, s.len - session);
}
