/* SPDX-License-Identifier: MIT
 *
 * watch_client: `etagd watch [URL]`: the observer's events in a terminal.
 * Layer: observe.  A client of the observer, not a part of the server.
 */
#ifndef ETAGD_OBSERVE_WATCH_CLIENT_H
#define ETAGD_OBSERVE_WATCH_CLIENT_H

/* argv[0] is "watch".  The exit status: 0 at the end of the events, 1 when the
 * observer can't be reached, 2 for bad usage. */
int watch_main(int argc, char **argv);

#endif
