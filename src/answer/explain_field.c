/* SPDX-License-Identifier: MIT
 *
 * explain_field: status, reason, section and rule in one line.
 * Layer: answer.  Pure.
 */
#include "answer/explain_field.h"

#include "base/chars.h"
#include "conf/conf.h"

#define NAME_SHOWN 64 /* bytes of the configuration file's name */

/* Without its folder: a response tells no paths of this machine. */
static void put_file_name(struct buf *b, const char *path)
{
    struct span name = span_str(path ? path : "options");
    size_t at = name.n;

    while (at > 0 && name.p[at - 1] != '/')
        at--;
    name = span_to(span_from(name, at), NAME_SHOWN);
    for (size_t i = 0; i < name.n; i++)
        buf_char(b, chars_is(name.p[i], CHAR_UNRESERVED) ? name.p[i] : '?');
}

void explain_field_put(struct buf *b, const struct conf *conf, int status,
                       enum reason reason, enum fault fault, int rule_line)
{
    BUF_LIT(b, "Etagd-Explain: ");
    buf_u64(b, (uint64_t)status);
    BUF_LIT(b, "; ");
    buf_str(b,
            fault == FAULT_NONE ? reason_word(reason) : fault_row(fault)->word);
    BUF_LIT(b, "; ");
    buf_str(b, fault == FAULT_NONE ? reason_section(reason)
                                   : fault_row(fault)->text);
    if (rule_line) {
        BUF_LIT(b, "; rule ");
        put_file_name(b, conf->file);
        buf_char(b, ':');
        buf_u64(b, (uint64_t)rule_line);
    }
    BUF_LIT(b, "\r\n");
}
