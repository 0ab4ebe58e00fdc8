/* SPDX-License-Identifier: MIT
 *
 * screen: the live table of `etagd watch` on a terminal.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_SCREEN_H
#define ETAGD_OBSERVE_SCREEN_H

#include "observe/event_text.h"

struct screen;

struct screen *screen_new(const char *url);
void screen_take(struct screen *s, const struct event_text *n);
void screen_draw(struct screen *s);

#endif
