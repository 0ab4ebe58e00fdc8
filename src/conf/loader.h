/* SPDX-License-Identifier: MIT
 *
 * loader: what the parts of the loader share while a configuration is made.
 * Layer: conf, internal.  load.c owns the struct; sections.c, ruleset.c and
 * moved.c fill the configuration; validate.c looks at the whole.
 */
#ifndef ETAGD_CONF_LOADER_H
#define ETAGD_CONF_LOADER_H

#include <stdbool.h>

#include "conf/arena.h"
#include "conf/conf.h"
#include "conf/faults.h"
#include "conf/keys.h"
#include "conf/load.h"

/* What conf_load hands out begins with the conf itself. */
struct conf_owned {
    struct conf conf;
    struct arena arena;
};

/* where[i]: origin of the value of keys[i]; 0: it has none. */
struct site_build {
    struct conf_site site;
    char *title; /* "host example.org www.example.org" */
    int at;
    int where[KEYS_MAX];
};

/* [alias] and [redirect], until it is known whose they are. */
struct moved_build {
    char *title;
    char *host; /* NULL: every site's */
    bool is_alias;
    struct conf_alias alias;
    struct conf_redirect redirect;
    int at;
    int where[KEYS_MAX];
};

struct loader {
    struct conf_owned *own;
    struct conf *c;
    struct arena *arena;
    const struct conf_source *source;
    struct fault_list faults, warnings;
    const char *file_dir; /* where relative paths of the file begin */
    const char *here;     /* where those of overrides begin */
    int at;               /* origin of what is read now, see faults.h */

    /* the section that is read now */
    const struct section_row *row; /* NULL: none yet, or an unknown one */
    bool ignored;                  /* its keys are not looked at */
    char *title;                   /* as in the file */
    void *base;                    /* the struct that its keys fill */
    int *where;

    int where_options[KEYS_MAX];
    int where_rule[KEYS_MAX];
    int *section_at; /* by row of the table of sections */
    bool listen_overridden;
    struct site_build *sites; /* [0]: [server] */
    size_t n_sites;
    struct moved_build *moved;
    size_t n_moved;
};

void loader_fault(struct loader *l, int at, const char *section,
                  const char *key, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void loader_warn(struct loader *l, int at, const char *section, const char *key,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A warning of what is broken on purpose: told once, see conf_source.told. */
void loader_experiment(struct loader *l, int at, const char *section,
                       const char *key, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* sections.c */
void section_begin(struct loader *l, struct span name);
void section_key(struct loader *l, struct span name, struct span value);
void section_presets(struct loader *l, bool ad_hoc);
void section_finish(struct loader *l);

/* rulesum.c */
void rulesum_check(struct loader *l);

/* ruleset.c */
bool ruleset_begin(struct loader *l, struct span pattern);
void ruleset_field(struct loader *l, struct span name, struct span value,
                   bool more);
/* NULL, or what is wrong with a pattern of paths. */
const char *ruleset_pattern_fault(struct span pattern);
/* Tells what is wrong with a pattern, or may be. */
void ruleset_pattern_check(struct loader *l, struct span pattern);

/* moved.c */
bool moved_begin(struct loader *l, struct span place);
void moved_finish(struct loader *l);

/* paces.c */
bool paces_begin(struct loader *l, struct span pattern);

/* access.c */
bool access_begin(struct loader *l, struct span pattern);
void access_check(struct loader *l);

/* hosts.c */
bool host_begin(struct loader *l, struct span names);
void hosts_finish(struct loader *l);

/* validate.c: what needs the system or more than one value. */
void check_all(struct loader *l);

/* conf_load for bytes that are there already; file names them. */
struct conf *conf_load_bytes(const struct conf_source *source,
                             struct span bytes, struct conf_faults *faults,
                             struct conf_faults *warnings);

#endif
