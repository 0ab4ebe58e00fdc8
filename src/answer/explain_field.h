/* SPDX-License-Identifier: MIT
 *
 * explain_field: the reason of a decision as a response field.
 * Layer: answer.  Pure.
 */
#ifndef ETAGD_ANSWER_EXPLAIN_FIELD_H
#define ETAGD_ANSWER_EXPLAIN_FIELD_H

#include "base/buf.h"
#include "http/fault.h"
#include "http/reason.h"

struct conf;

#define EXPLAIN_FIELD_MAX 512 /* bytes of the line */

/* "Etagd-Explain: 304; tag matches; RFC 9110 13.1.2, ...; rule lab.ini:12" and
 * the end of the line.  rule_line 0: no rule had a say. */
void explain_field_put(struct buf *b, const struct conf *conf, int status,
                       enum reason reason, enum fault fault, int rule_line);

#endif
