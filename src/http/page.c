/* SPDX-License-Identifier: MIT
 *
 * page: error and redirect bodies; no script, no foreign host, readable in the
 * dark and on a phone.
 * Layer: http (pure).
 */
#include "http/page.h"

#include "http/status.h"

void page_begin(struct buf *b, int status)
{
    BUF_LIT(b, "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width\">"
               "<meta name=\"color-scheme\" content=\"light dark\"><title>");
    buf_u64(b, (uint64_t)status);
    buf_char(b, ' ');
    buf_str(b, status_reason(status));
    BUF_LIT(b, "</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;"
               "margin:12vh auto;max-width:34rem;padding:0 1.2rem}"
               "h1{font-size:3rem;line-height:1.2;margin:0}</style>\n"
               "<main><h1>");
    buf_u64(b, (uint64_t)status);
    BUF_LIT(b, "</h1>");
    buf_str(b, status_reason(status));
    BUF_LIT(b, "\n");
}

void page_escape(struct buf *b, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '&':
            BUF_LIT(b, "&amp;");
            break;
        case '<':
            BUF_LIT(b, "&lt;");
            break;
        case '>':
            BUF_LIT(b, "&gt;");
            break;
        case '"':
            BUF_LIT(b, "&quot;");
            break;
        case '\'':
            BUF_LIT(b, "&#39;");
            break;
        default:
            buf_char(b, text.p[i]);
        }
    }
}

void page_error(struct buf *b, int status, const char *sentence)
{
    page_begin(b, status);
    if (*sentence) {
        BUF_LIT(b, "<p>");
        page_escape(b, span_str(sentence));
        BUF_LIT(b, "</p>\n");
    }
}

void page_redirect(struct buf *b, int status, struct span location)
{
    page_begin(b, status);
    BUF_LIT(b, "<p>It is at <a href=\"");
    page_escape(b, location);
    BUF_LIT(b, "\">");
    page_escape(b, location);
    BUF_LIT(b, "</a>.</p>\n");
}
