/* SPDX-License-Identifier: MIT
 *
 * page: error and redirect bodies; no script, no foreign host, readable in the
 * dark and on a phone.
 * Layer: http (pure).
 */
#include "http/page.h"

#include "http/status.h"

void page_begin(struct buf *b, enum language l, int status)
{
    const char *name = wording_status(status).in[l];

    BUF_LIT(b, "<!DOCTYPE html>\n<html lang=\"");
    buf_str(b, language_tag(l));
    BUF_LIT(b, "\"><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width\">"
               "<meta name=\"color-scheme\" content=\"light dark\"><title>");
    buf_u64(b, (uint64_t)status);
    buf_char(b, ' ');
    buf_str(b, name);
    BUF_LIT(b, "</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;"
               "margin:12vh auto;max-width:34rem;padding:0 1.2rem}"
               "h1{font-size:3rem;line-height:1.2;margin:0}</style>\n"
               "<main><h1>");
    buf_u64(b, (uint64_t)status);
    BUF_LIT(b, "</h1>");
    buf_str(b, name);
    BUF_LIT(b, "\n");
}

void page_count(struct buf *b, const char *text, uint64_t n)
{
    for (const char *p = text; *p; p++) {
        if (p[0] == '%' && p[1] == '1') {
            buf_u64(b, n);
            p++;
        } else {
            buf_char(b, *p);
        }
    }
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

void page_error(struct buf *b, enum language l, int status,
                struct wording sentence)
{
    page_begin(b, l, status);
    if (*sentence.in[l]) {
        BUF_LIT(b, "<p>");
        page_escape(b, span_str(sentence.in[l]));
        BUF_LIT(b, "</p>\n");
    }
}

/* It is for caches that keep redirects for ever: a language of its own would
 * need a Vary, and a copy for each of the clients' lists.  The name of the
 * status is the protocol's. */
void page_redirect(struct buf *b, int status, struct span location)
{
    page_begin(b, LANGUAGE_EN, status);
    BUF_LIT(b, "<p>&rarr; <a href=\"");
    page_escape(b, location);
    BUF_LIT(b, "\">");
    page_escape(b, location);
    BUF_LIT(b, "</a></p>\n");
}
