/* Audit records as lines for other systems: RFC 5424 (structured data) and CEF, the common event
 * format of SIEMs. Hostile text is inert in both: control characters, bytes that are no UTF-8 and
 * what would end a value are escaped, and each value is bounded. No I/O. */
#ifndef MLN_AUDIT_SYSLOG_H
#define MLN_AUDIT_SYSLOG_H

#include "audit/record.h"

enum mln_syslog_format {
    MLN_SYSLOG_RFC5424, /* the fields as structured data, the message behind them */
    MLN_SYSLOG_CEF,     /* the same header, and CEF as the message */
    MLN_SYSLOG_FORMAT_MAX
};

enum {
    MLN_SYSLOG_VALUE_MAX = 512,  /* bytes of a value in its escaped form; the rest is cut off */
    MLN_SYSLOG_LINE_MAX = 20480, /* no line is longer */
};

/* Appends one message without framing or newline. `host`: of this machine; what RFC 5424 does not
 * allow in a name becomes '_'. */
void mln_audit_syslog(const struct mln_audit_record *r, enum mln_syslog_format format,
                      struct mln_sv host, unsigned pid, struct mln_buf *out);
/* "CEF:0|Merlon|Merlon|…|" and its extension. */
void mln_audit_cef(const struct mln_audit_record *r, struct mln_buf *out);

/* For both. Appends s, `\` before each of `special`; what is no printable character is written as
 * \u00XX, whose backslash is escaped too when it is special. At most MLN_SYSLOG_VALUE_MAX bytes. */
void mln_syslog_add_inert(struct mln_buf *out, struct mln_sv s, const char *special);

#endif
