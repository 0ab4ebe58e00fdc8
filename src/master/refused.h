/* SPDX-License-Identifier: MIT
 *
 * refused: why an address can't be listened on, and what to do.
 * Layer: master.  Text for one line of the log.
 */
#ifndef ETAGD_MASTER_REFUSED_H
#define ETAGD_MASTER_REFUSED_H

#include <stddef.h>

struct conf_listen;

#define REFUSED_TEXT 640

/* `error`: an errno, from net_listen(); `option`: "server.listen" or
 * "observe.listen". */
void refused_text(const struct conf_listen *l, int error, const char *option,
                  char out[REFUSED_TEXT]);

#endif
