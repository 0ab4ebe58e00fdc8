/* SPDX-License-Identifier: MIT
 *
 * fuzz_conf: any bytes as a configuration file.
 * Properties: there is a conf or a fault, never both; values of fields are in
 * the file as they are loaded; the dump loads again and dumps the same.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

#include "conf/dump.h"
#include "conf/loader.h"

/* A path becomes absolute, and that may be too long for a line. */
static bool has_long_line(const char *text)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        if (strcspn(text, "\n") > 199)
            return true;
    }
    return false;
}

static char *dumped(const struct conf *c)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    PROPERTY(out != NULL);
    conf_dump(c, out);
    fclose(out);
    return text;
}

static bool stands_in(struct span bytes, const char *text)
{
    return memmem(bytes.p, bytes.n, text, strlen(text)) != NULL;
}

static void check_values(const struct conf *c, struct span bytes)
{
    bool joined = stands_in(bytes, "+");

    for (size_t i = 0; i < c->n_rules; i++) {
        const struct conf_rule *r = &c->rules[i];
        PROPERTY(stands_in(bytes, r->pattern));
        for (size_t j = 0; j < r->n_fields; j++) {
            PROPERTY(stands_in(bytes, r->fields[j].name));
            PROPERTY(joined || !r->fields[j].value ||
                     stands_in(bytes, r->fields[j].value));
        }
    }
}

static struct conf *load(struct span bytes)
{
    static const char *const override[] = { "server.root=/" };
    struct conf_source source = { .file = "/fuzz.ini",
                                  .override = override,
                                  .n_override = 1 };
    struct conf_faults faults, warnings;
    struct conf *c = conf_load_bytes(&source, bytes, &faults, &warnings);

    PROPERTY((c != NULL) == (faults.n == 0));
    for (size_t i = 0; i < faults.n; i++)
        PROPERTY(faults.text[i] && faults.text[i][0]);
    conf_faults_free(&faults);
    conf_faults_free(&warnings);
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of((const char *)data, size);
    struct conf *c = load(bytes);

    if (!c)
        return 0;
    check_values(c, bytes);
    char *first = dumped(c);
    if (!has_long_line(first)) {
        struct conf *again = load(span_str(first));
        PROPERTY(again != NULL);
        char *second = dumped(again);
        PROPERTY(strcmp(first, second) == 0);
        free(second);
        conf_free(again);
    }
    free(first);
    conf_free(c);
    return 0;
}
