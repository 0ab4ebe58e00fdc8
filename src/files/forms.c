/* SPDX-License-Identifier: MIT
 *
 * forms: gives an entry's forms their tags.
 * Layer: files.
 */
#include "files/forms.h"

#include "base/check.h"
#include "files/audit.h"
#include "files/files.h"
#include "files/tags.h"

#define READ_AT_ONCE (1u << 20) /* more: facts without a digest come first */

/* A large file was sent under a tag without a digest first, perhaps: as long as
 * this version lasts, that one means the same. */
static void set_alias(struct entry *e)
{
    struct etag *alias = &e->source.form[CODING_IDENTITY].alias;

    *alias = (struct etag){ SPAN_NONE, false };
    if (!e->form[CODING_IDENTITY].exact || e->version.size <= READ_AT_ONCE ||
        e->etag_scheme != ETAG_SCHEME_CONTENT)
        return;
    size_t n = tags_make(e->alias_text, e->etag_scheme, (enum coding)e->own,
                         &e->version, NULL);
    CHECK(etag_parse(span_of(e->alias_text, n), alias));
}

void forms_tag(struct files *fs, struct entry *e, enum coding c,
               const uint8_t *digest)
{
    struct entry_form *f = &e->form[c];
    const struct file_version *v =
        c != CODING_IDENTITY && (e->sidecars >> c & 1) ? &e->sidecar_version[c]
                                                       : &e->version;

    f->tag_n = (uint8_t)tags_make(
        f->tag_text, e->etag_scheme,
        c == CODING_IDENTITY ? (enum coding)e->own : c, v, digest);
    struct etag *tag = &e->source.form[c].tag;
    *tag = (struct etag){ SPAN_NONE, false };
    if (f->tag_n)
        CHECK(etag_parse(span_of(f->tag_text, f->tag_n), tag));
    f->exact = digest != NULL;
    if (c == CODING_IDENTITY)
        set_alias(e);
    audit_note(fs, e, c, digest);
}
