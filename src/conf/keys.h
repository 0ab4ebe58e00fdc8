/* SPDX-License-Identifier: MIT
 *
 * keys: THE table: one row per option of the configuration.
 * Layer: conf.  Loader, checks, dump, help, sample file, manual page and tests
 * read these rows; nothing about an option is written down elsewhere.
 */
#ifndef ETAGD_CONF_KEYS_H
#define ETAGD_CONF_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct value_type;

enum key_flag {
    KEY_HOST = 1,     /* also a key of [host NAME] */
    KEY_REPEATS = 2,  /* may be set several times */
    KEY_REQUIRED = 4, /* a file without it is refused */
    KEY_OFF = 8       /* `off`: not set (NULL) */
};

struct key_word {
    const char *word;
    unsigned value;
    const char *experiment; /* why it is for experiments only, or NULL */
};

struct key {
    const char *section; /* first word of the section */
    const char *name;
    const struct value_type *type;
    size_t offset; /* of the member in struct conf, conf_site, conf_rule ... */
    size_t width;  /* bytes of the member(s) */
    size_t flag;   /* offset of a bool "is set"; 0: none */
    uint64_t min, max;
    const char *preset;           /* default as text; NULL: none */
    const struct key_word *words; /* ends with a NULL word */
    const char *help;             /* one line */
    const char *experiment;       /* why it is for experiments only, or NULL */
    unsigned flags;
};

#define KEYS_MAX 112

extern const struct key keys[];
extern const size_t keys_n;

/* The sections, in the order of sample and dump. */
enum section_kind {
    SECTION_OPTIONS, /* [server], [timeouts], ...: once, no name */
    SECTION_HOST,
    SECTION_RULE, /* [cache PATTERN], [header PATTERN] */
    SECTION_PACE,
    SECTION_ACCESS,
    SECTION_ALIAS,
    SECTION_REDIRECT
};

struct section_row {
    const char *word;
    const char *argument; /* "PATTERN"; NULL: takes none */
    enum section_kind kind;
    const char *help;
};

extern const struct section_row sections[];
extern const size_t sections_n;

/* NULL when there is none.  "error-404" finds the row "error-NNN"; [host] finds
 * the rows of [server] that are marked KEY_HOST. */
const struct key *key_find(const char *section, struct span name);
const struct section_row *section_find(struct span word);

/* Whether a row belongs to that section. */
bool key_in_section(const struct key *k, const char *section);

#endif
