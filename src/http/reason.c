/* SPDX-License-Identifier: MIT
 *
 * reason: the words behind the rows of reason.h.
 * Layer: http (pure).
 */
#include "http/reason.h"

#include "base/check.h"

static const struct {
    const char *word, *section;
} reasons[] = {
#define X(id, word, section) { word, section },
    REASON_ROWS(X)
#undef X
};

static const struct {
    const char *word, *who;
} ends[] = {
#define X(id, word, who) { word, who },
    END_ROWS(X)
#undef X
};

const char *reason_word(enum reason r)
{
    CHECK((unsigned)r < REASON_COUNT);
    return reasons[r].word;
}

const char *reason_section(enum reason r)
{
    CHECK((unsigned)r < REASON_COUNT);
    return reasons[r].section;
}

const char *end_word(enum end e)
{
    CHECK((unsigned)e < END_COUNT);
    return ends[e].word;
}

const char *end_who(enum end e)
{
    CHECK((unsigned)e < END_COUNT);
    return ends[e].who;
}
