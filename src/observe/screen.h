/* SPDX-License-Identifier: MIT
 *
 * screen: the live table of `etagd watch` on a terminal.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_SCREEN_H
#define ETAGD_OBSERVE_SCREEN_H

#include "observe/note.h"

struct screen;

struct screen *screen_new(const char *url);
void screen_take(struct screen *s, const struct note *n);
void screen_draw(struct screen *s);

#endif
