/* Files that clients send: what is told of names, types and contents, whatever pieces they come in.
 * Honest files stand beside each attack that looks like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "engine/upload.h"

enum { DEFAULT = 30, HIGH = 20 };

struct judged {
    struct mln_buf b; /* "sub sub " in the order of the table of detectors */
    int min_score;
    bool seen[MLN_DET_UPLOADS_size - MLN_DET_UPLOADS_type + 1];
};

static void note(void *self, const struct mln_upload_finding *f)
{
    struct judged *j = self;

    assert_true(f->value.len >= (size_t)f->offset + f->length);
    assert_non_null(f->message);
    if (f->score < j->min_score)
        return;
    j->seen[f->detector - MLN_DET_UPLOADS_type] = true;
}

struct file {
    const char *name, *type;
    struct mln_sv content;
};

static void judge(const struct mln_upload_rules *rules, const struct file *f, size_t step,
                  struct judged *j)
{
    static struct mln_upload u;
    struct mln_sieve sieve;

    mln_sieve_begin(&sieve);
    mln_marks_sieve(&sieve);
    mln_upload_begin(&u, rules, &sieve, note, j);
    if (f->name)
        mln_upload_name(&u, mln_sv_str(f->name));
    if (f->type)
        mln_upload_type(&u, mln_sv_str(f->type));
    for (size_t at = 0; at < f->content.len; at += step) {
        struct mln_sv part = mln_sv_sub(f->content, at, step);
        char *exact = malloc(part.len); /* so that a sanitizer sees a read past the piece */
        assert_non_null(exact);
        memcpy(exact, part.p, part.len);
        mln_sieve_fill(&sieve, mln_sv(exact, part.len));
        mln_upload_data(&u, mln_sv(exact, part.len));
        free(exact);
    }
    mln_upload_end(&u);
    for (unsigned i = 0; i < MLN_ARRAY_LEN(j->seen); i++)
        if (j->seen[i])
            mln_buf_addf(&j->b, "%s ",
                         mln_detector_info((enum mln_detector_id)(MLN_DET_UPLOADS_type + i))->sub);
}

static void expect(const struct mln_upload_rules *rules, int min_score, const struct file *f,
                   const char *subs)
{
    static const size_t steps[] = {1, 7, 4096, 1 << 20};

    for (size_t i = 0; i < MLN_ARRAY_LEN(steps); i++) {
        struct judged j = {.min_score = min_score};
        judge(rules, f, steps[i], &j);
        if (!mln_sv_eq(mln_buf_sv(&j.b), mln_sv_str(subs)))
            fail_msg("%s as %s in pieces of %zu: \"%.*s\", not \"%s\"", f->name ? f->name : "-",
                     f->type ? f->type : "-", steps[i], MLN_SV_ARG(mln_buf_sv(&j.b)), subs);
        mln_buf_done(&j.b);
    }
}

static const struct mln_upload_rules anything = {0};

#define GIF "GIF89a\x10\0\x10\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x10\0\x10\0\0\x02\x02\x44\x01\0"
#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
#define JPEG "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0\x43\0\x08"
#define PDF "%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\nstartxref\n9\n%%EOF\n"
#define ELF                                                                                        \
    "\x7f"                                                                                         \
    "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0"
#define MZ                                                                                         \
    "MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0"         \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0PE\0\0\x64\x86"
#define OLE "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0"
#define LOCAL(method, n)                                                                           \
    "PK\x03\x04\x14\0\0\0" method "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" n "\0\0\0"
#define CENTRAL(n)                                                                                 \
    "PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0\x05\0\0\0" n                       \
    "\0\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0"
#define ZIP_END "PK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x28\0\0\0\0\0"
#define ZIP(n, name) LOCAL("\0", n) name "hello" CENTRAL(n) name ZIP_END
#define MVG "push graphic-context\nviewbox 0 0 640 480\n"
#define SHELL "<?php system($_GET['c']); ?>"
#define C(text)                                                                                    \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static void test_honest_files_are_let_in(void **state)
{
    static const struct file files[] = {
        {"photo.gif", "image/gif", C(GIF)},
        {"photo.png", "image/png", C(PNG)},
        {"Photo.JPG", "image/jpeg", C(JPEG)},
        {"photo.jpg", "image/jpeg", C(PNG)}, /* saved under another name */
        {"favicon.ico", "image/x-icon", C(PNG)},
        {"blob", "application/octet-stream", C("\x01\x02\x03 part of a file")},
        {"movie.mp4", "video/mp4", C("\x01\x02\x03 a later part of it")},
        {"photo.jpg", "image/jpeg", C("")},
        {"paper.pdf", "application/pdf", C(PDF "\r\n\r\n")},
        {"paper.pdf", "application/pdf", C("\xef\xbb\xbf\n" PDF)},
        {"php.pdf", "application/pdf", C("%PDF-1.4\n(" SHELL ") Tj\n%%EOF\n2 0 obj\n%%EOF")},
        {"letter.doc", "application/msword", C(OLE SHELL)},
        {"letter.doc", "application/msword", C("{\\rtf1 hello}")},
        {"table.xls", "application/vnd.ms-excel", C("<html><table><tr><td>1</table>")},
        {"table.csv", "application/vnd.ms-excel", C("a;b\n1;2\n")},
        {"app.zip", "application/zip", C(ZIP("\x05", "a.php"))},
        {"app.docx", "application/octet-stream", C(ZIP("\x0a", "word/a.xml"))},
        {"dots.zip", "application/zip", C(ZIP("\x08", "a..b/..c"))},
        {"archive.tar.gz", "application/gzip", C("\x1f\x8b\x08\0\0\0\0\0\0\x03")},
        {"notes.txt", "text/plain", C(SHELL)},
        {"run.sh", "text/plain", C("#!/bin/sh\necho hello\n")},
        {"setup.exe", "application/x-msdownload", C(MZ)},
        {"jquery.min.js", "text/javascript", C("(function(){})()")},
        {"Node.js vs. PHP. Notes.pdf", "application/pdf", C(PDF)},
        {"ASP.NET.pdf", "application/pdf", C(PDF)},
        {"index.php.gz", "application/gzip", C("\x1f\x8b\x08\0\0\0\0\0\0\x03")},
        {"invoice.php.pdf", "application/pdf", C(PDF)}, /* what a script sent, saved */
        {"C:\\photos\\me; at 10:30.jpg", "image/jpeg", C(JPEG)},
        {"map.svg", NULL,
         C("<svg><image href=\"a.png\"/><text x=\"1\">label: `a` | \"b\"</text></svg>")},
        {"map.mvg", NULL, C(MVG "fill 'url(#a)'\nimage over 0,0 9,9 'a.png'\ntext 1,1 'hello'")},
        {"mix.m3u", NULL, C("#EXTM3U\n#EXTINF:1,a\nfile:///home/a/b.mp3\n")},
        {"film.m3u8", NULL, C("#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\nseg-1.ts\n")},
        {"book.djvu", NULL, C("AT&TFORM\0\0\3\257DJVM(metadata (Author \"A. B.\"))")},
        {"feed.xml", NULL, C("<image><read filename=\"a\"/></image>")},
        {"logo.svg", "image/svg+xml",
         C("<?xml version=\"1.0\"?>\n<!DOCTYPE svg [<!ENTITY ns \"http://www.w3.org/2000/svg\">]>\n"
           "<svg xmlns=\"&ns;\"><text>buy on sale = good</text></svg>")},
        {"xmp.jpg", "image/jpeg",
         C(JPEG "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta><?xml version?>"
                "(a);</x:xmpmeta>")},
        {"ad.gif", "image/gif", C("GIF89a=\0/\0\xf7\0\0")},
        {"cert.cer", "application/x-x509-ca-cert", C("\x30\x82\x03")},
        {"MZ.txt", "text/plain", C("MZ is how programs begin, and it is no program")},
        {"BM.txt", "text/plain", C("BM is how pictures begin, and it is no picture")},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(files); i++)
        expect(&anything, DEFAULT, &files[i], "");
}

static void test_attacks_are_told(void **state)
{
    static const struct {
        struct file f;
        const char *subs;
    } rows[] = {
        {{"shell.php", "application/x-php", C(SHELL)}, "type "},
        {{"shell.pHtml", NULL, C("x")}, "type "},
        {{".htaccess", "text/plain", C("AddType application/x-httpd-php .jpg")}, "type "},
        {{"../.user.ini", "text/plain", C("auto_prepend_file=a.jpg")}, "type "},
        {{"shell.php", "image/png", C(PNG)}, "type mismatch "},
        {{"shell.jsp/", "text/plain", C("x")}, "double_extension "},
        {{"shell.php.", "text/plain", C("x")}, "double_extension "},
        {{"shell.php%20", "text/plain", C("x")}, "double_extension "},
        {{"shell.aspx::$DATA", "text/plain", C("x")}, "double_extension "},
        {{"shell.asp;.jpg", "image/jpeg", C(JPEG)}, "double_extension "},
        {{"shell.php%00.jpg", "image/jpeg", C(JPEG)}, "double_extension "},
        {{"shell.php:.jpg", "image/jpeg", C(JPEG)}, "double_extension "},
        {{"shell.php.jpg", "image/jpeg", C("no picture")}, "double_extension "},
        {{"shell.php.jpg", "image/jpeg", C(SHELL)}, "mismatch double_extension "},
        {{"invoice.pdf.exe", "application/octet-stream", C(MZ)}, "double_extension "},
        {{"photo\xe2\x80\xaegpj.exe", "application/octet-stream", C(MZ)}, "double_extension "},
        {{"photo.png", "image/png", C(ELF)}, "mismatch "},
        {{"photo.png", "image/png", C(MZ)}, "mismatch "},
        {{"photo.png", "image/png", C("\n" SHELL)}, "mismatch "},
        {{"paper.pdf", NULL, C("#!/bin/sh\nid\n")}, "mismatch "},
        {{"table.csv", NULL, C(ELF)}, "mismatch "},
        {{"blob", "image/png", C(ELF)}, "mismatch "},
        {{"page.jpg", NULL, C("<html><script>alert(1)</script>")}, "mismatch "},
        {{"a.gif", "image/gif", C("GIF89a;" SHELL)}, "polyglot "},
        {{"a.gif", "image/gif", C("GIF89a/*aaaa*/=1;alert(1)//")}, "polyglot "},
        {{"a.gif", "image/gif", C(GIF SHELL)}, "polyglot "},
        {{"a.gif", "image/gif", C(GIF "<?=`$_GET[0]`?>")}, "polyglot "},
        {{"a.gif", "image/gif", C(GIF "<%@ page import=\"java.io.*\" %>")}, "polyglot "},
        {{"a.gif", "image/gif", C(GIF "<%eval request(\"c\")%>")}, "polyglot "},
        {{"a.gif", "image/gif", C(GIF "<!--#exec cmd=\"id\" -->")}, "polyglot "},
        {{"blob", NULL, C(PNG "<SCRIPT src=//x.example>")}, "polyglot "},
        {{"a.jpg", NULL, C("\xff\xd8\xff\xe0/*\xff\xee*/=1;alert(1)")}, "polyglot "},
        {{"a.jpg", NULL, C(JPEG "__HALT_COMPILER(); ?>")}, "polyglot "},
        {{"a.jpg", NULL, C(JPEG ZIP("\x05", "a.txt"))}, "polyglot "},
        {{"a.jpg", NULL, C(JPEG "Rar!\x1a\x07\x01\0")}, "polyglot "},
        {{"a.png", NULL, C(PNG "%PDF-1.4")}, "polyglot "},
        {{"a.pdf", NULL, C(PDF SHELL)}, "polyglot "},
        {{"a.pdf", NULL, C(PDF ZIP("\x05", "a.txt"))}, "polyglot "},
        {{"a.svg", "image/svg+xml", C("<svg><script>alert(1)</script></svg>")}, "polyglot "},
        {{"a.svg", NULL, C("<svg onload = \"alert(1)\"/>")}, "polyglot "},
        {{"a.svg", NULL, C("<svg><a href=\"JavaScript:alert(1)\"/></svg>")}, "polyglot "},
        {{"a.svg", NULL,
          C("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><svg>&a;</svg>")},
         "polyglot "},
        {{"a.svg", NULL, C("<svg><image xlink:href=\"text:/etc/passwd\"/></svg>")}, "polyglot "},
        {{"a.svg", NULL, C("<svg><image xlink:href=\"https://x/&quot;|id;&quot;\"/></svg>")},
         "polyglot "},
        {{"a.mvg", NULL, C(MVG "fill 'url(https://x.example/i.jpg\"|ls \"-la)'")}, "polyglot "},
        {{"a.png", NULL, C(MVG "image over 0,0 0,0 'ephemeral:/tmp/x'")}, "polyglot "},
        {{"a.jpg", NULL, C("image Over 0,0 0,0 'msl:/tmp/x.msl'")}, "polyglot "},
        {{"a.jpg", NULL, C(" " MVG "image over 0,0 0,0 'label:@/etc/passwd'")}, "polyglot "},
        {{"a.msl", NULL,
          C("<image><read filename=\"a.png\"/><write filename=\"/a.php\"/></image>")},
         "polyglot "},
        {{"a.avi", NULL, C("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n")},
         "polyglot "},
        {{"a.m3u8", NULL, C("#EXTM3U\n#EXT-X-VERSION:3\nconcat:http://x/a|file:///etc/passwd")},
         "polyglot "},
        {{"a.jpg", NULL,
          C("AT&TFORM\0\0\3\257DJVM(metadata (Copyright \"\\\n\" . qx{id} . \\\n\"\"))")},
         "polyglot "},
        {{"a.zip", NULL, C(ZIP("\x05", "../ab"))}, "archive "},
        {{"a.zip", NULL, C(ZIP("\x05", "a/../"))}, "archive "},
        {{"a.zip", NULL, C(ZIP("\x05", "..\\ab"))}, "archive "},
        {{"a.zip", NULL, C(ZIP("\x05", "/etc/"))}, "archive "},
        {{"a.zip", NULL, C(ZIP("\x05", "C:\\ab"))}, "archive "},
        {{"a.docx", NULL, C(ZIP("\x0e", ".phar/stub.php"))}, "archive "},
        {{"a.zip", NULL, C(LOCAL("\0", "\x05") "../ab")},
         "archive "}, /* the directory may differ */
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        expect(&anything, DEFAULT, &rows[i].f, rows[i].subs);
}

static void test_doubts_are_told_when_sensitivity_is_high(void **state)
{
    static const struct {
        struct file f;
        const char *subs;
    } rows[] = {
        {{"photo.png", "image/png", C(PNG)}, ""},
        {{"photo.png", "image/png", C(PDF)}, "mismatch "},
        {{"photo.png", "image/png", C("hello")}, "mismatch "},
        {{"photo.jpg", "image/jpeg", C(PNG)}, ""},
        {{"a.php.jpg", "image/jpeg", C(JPEG)}, "double_extension "},
        {{"a.zip", NULL, C(ZIP("\x05", "a.exe"))}, "archive "},
        {{"a.zip", NULL, C(ZIP("\x05", "a.zip"))}, "archive "},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        expect(&anything, HIGH, &rows[i].f, rows[i].subs);
}

static void test_only_what_the_policy_allows_is_let_in(void **state)
{
    const struct mln_upload_rules rules = {
        mln_file_word(MLN_SV("pdf")) | mln_file_word(MLN_SV("jpg")) | mln_file_word(MLN_SV("zip")) |
            mln_file_word(MLN_SV("office")) | mln_file_word(MLN_SV("csv")),
        200};
    static const char large[201] = PDF;
    const struct {
        struct file f;
        const char *subs;
    } rows[] = {
        {{"a.pdf", "application/pdf", C(PDF)}, ""},
        {{"a.jpeg", "application/octet-stream", C(JPEG)}, ""},
        {{"a.docx", "application/octet-stream", C(ZIP("\x0a", "word/a.xml"))}, ""},
        {{"a.csv", "application/vnd.ms-excel", C("a,b\n")}, ""},
        {{"a.csv", "text/csv", C("<html>, is a page\n")}, ""},
        {{"blob", "image/jpeg", C(JPEG)}, ""},
        {{"blob", NULL, C(PDF)}, ""},
        {{"a.png", "image/png", C(PNG)}, "type "},
        {{"a.jpg", "image/jpeg", C(PNG)}, "type mismatch "},
        {{"a.jpg", "image/png", C(JPEG)}, "mismatch "},
        {{"a.jpg", "image/jpeg", C("hello")}, "mismatch "},
        {{"a.pdf", "image/jpeg", C(PDF)}, "mismatch "},
        {{"a.xyz", NULL, C(PDF)}, "type "},
        {{"blob", NULL, C("hello")}, "type "},
        {{"blob", NULL, C("\1\2\3")}, "type "},
        {{"a.php", NULL, C(SHELL)}, "type "},
        {{"a.zip", NULL, C(ZIP("\x05", "a.exe"))}, "archive "},
        {{"a.zip", NULL, C(ZIP("\x05", "a.php"))}, "archive "},
        {{"a.docx", NULL, C(ZIP("\x13", "word/vbaProject.bin"))}, "archive "},
        {{"a.pdf", NULL, {large, 200}}, ""},
        {{"a.pdf", NULL, {large, 201}}, "size "},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        expect(&rules, DEFAULT, &rows[i].f, rows[i].subs);
}

/* Windows overlap: whatever lies across a border is seen, */
static void test_code_is_seen_wherever_it_lies(void **state)
{
    static char picture[3 * MLN_UPLOAD_WINDOW];
    static const struct mln_sv codes[] = {C(SHELL), C("__HALT_COMPILER();"),
                                          C(ZIP("\x05", "a.txt"))};
    static const struct mln_sv member = C(ZIP("\x05", "../ab"));

    (void)state;
    for (size_t k = 0; k <= MLN_ARRAY_LEN(codes); k++) {
        struct mln_sv code = k < MLN_ARRAY_LEN(codes) ? codes[k] : member;
        struct file f = {k < MLN_ARRAY_LEN(codes) ? "a.jpg" : "a.zip", NULL, {picture, 0}};
        for (size_t at = 64; at < sizeof(picture) - 300; at += at % 1024 < 900 ? 61 : 3) {
            memset(picture, 0xaa, sizeof(picture));
            if (k < MLN_ARRAY_LEN(codes))
                memcpy(picture, JPEG, sizeof(JPEG));
            else
                memcpy(picture, "PK\x03\x04", 4);
            memcpy(picture + at, code.p, code.len);
            f.content = mln_sv(picture, at % 2 ? sizeof(picture) : at + code.len);
            struct judged j = {.min_score = DEFAULT};
            judge(&anything, &f, sizeof(picture), &j);
            if (!j.seen[k < MLN_ARRAY_LEN(codes) ? MLN_DET_UPLOADS_polyglot - MLN_DET_UPLOADS_type
                                                 : MLN_DET_UPLOADS_archive - MLN_DET_UPLOADS_type])
                fail_msg("code %zu at %zu is not seen", k, at);
            mln_buf_done(&j.b);
        }
    }
}

static void test_every_kind_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MLN_FILE_MAX; i++) {
        const char *name = mln_file_kind_name((enum mln_file_kind)i);
        mln_kinds set = mln_file_word(mln_sv_str(name));
        if (set != (mln_kinds)1 << i)
            fail_msg("%s", name);
        assert_true(mln_file_relatives(set) & set);
        for (unsigned f = 0; f < MLN_FAMILY_MAX; f++) {
            bool is_in = (mln_file_family((enum mln_file_family)f) & set) != 0;
            assert_int_equal(is_in, mln_file_family_of((enum mln_file_kind)i) == f);
        }
    }
    assert_int_equal(mln_file_word(MLN_SV("nothing")), 0);
    assert_true(mln_file_word(MLN_SV("images")) & mln_file_word(MLN_SV("jpg")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_honest_files_are_let_in),
        cmocka_unit_test(test_attacks_are_told),
        cmocka_unit_test(test_doubts_are_told_when_sensitivity_is_high),
        cmocka_unit_test(test_only_what_the_policy_allows_is_let_in),
        cmocka_unit_test(test_code_is_seen_wherever_it_lies),
        cmocka_unit_test(test_every_kind_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
