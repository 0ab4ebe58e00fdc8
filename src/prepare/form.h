/* SPDX-License-Identifier: MIT
 *
 * form: what the tag of a form that we make is made from.
 * Layer: prepare.  Not its bytes, which are known where they have been made and
 * nowhere else, but all that they follow from: the file's own bytes, the coding
 * and the encoder.  So every node can tell the tag, at any time.
 */
#ifndef ETAGD_PREPARE_FORM_H
#define ETAGD_PREPARE_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "http/accept.h"
#include "prepare/digest.h"

/* Of a form's digest so much is told: what a tag has room for. */
#define FORM_BYTES 18

#define FORM_ENCODER_MAX 256

/* Names of encoders: library, its version, parameters, what of the machine has
 * a say, and what it makes of a sample.  Two with the same name make the same
 * bytes of the same bytes. */
struct form_encoders {
    bool proven; /* the sample's part is there, without which none is a name */
    char name[CODING_COUNT][2][FORM_ENCODER_MAX]; /* [1]: for text; "" for
                                                     identity */
};

/* All but what they make of a sample. */
void form_encoders_find(struct form_encoders *out);

/* Tries each of them, which takes some milliseconds. */
void form_encoders_prove(struct form_encoders *e);

/* identity: SHA-256 of the file's own bytes. */
void form_digest(uint8_t out[DIGEST_BYTES],
                 const uint8_t identity[DIGEST_BYTES], enum coding c,
                 const char *encoder);

#endif
