/* SPDX-License-Identifier: MIT
 *
 * loader: tells of what is wrong, or doubtful, while a configuration is made.
 * Layer: conf.
 */
#include "conf/loader.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

void loader_fault(struct loader *l, int at, const char *section,
                  const char *key, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    faults_add(&l->faults, at, section, key, fmt, args);
    va_end(args);
}

void loader_warn(struct loader *l, int at, const char *section, const char *key,
                 const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    faults_add(&l->warnings, at, section, key, fmt, args);
    va_end(args);
}

static bool is_told(const struct conf *told, const char *text)
{
    for (size_t i = 0; told && i < told->n_experiments; i++) {
        if (!strcmp(told->experiments[i], text))
            return true;
    }
    return false;
}

void loader_experiment(struct loader *l, int at, const char *section,
                       const char *key, const char *fmt, ...)
{
    struct conf *c = l->c;
    char text[600];
    struct buf b = buf_over(text, sizeof text);
    va_list args, again;

    va_start(args, fmt);
    va_copy(again, args);
    buf_fmt(&b, "[%s] %s: ", SHOWN(span_str(section)), SHOWN(span_str(key)));
    vsnprintf(text + b.n, sizeof text - b.n, fmt, args);
    if (!is_told(l->source->told, text))
        faults_add(&l->warnings, at, section, key, fmt, again);
    va_end(again);
    va_end(args);
    c->experiments = arena_more(l->arena, c->experiments, c->n_experiments,
                                sizeof *c->experiments);
    c->experiments[c->n_experiments++] = arena_text(l->arena, span_str(text));
}
