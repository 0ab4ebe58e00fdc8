/* SPDX-License-Identifier: MIT
 *
 * sim_conf: the configurations that a simulated worker may have.
 */
#ifndef ETAGD_FUZZ_SIM_CONF_H
#define ETAGD_FUZZ_SIM_CONF_H

#include <stdbool.h>

struct conf;

/* options: see the table in sim_conf.c. */
const struct conf *sim_conf(unsigned options);

/* Are there limits of requests a connection, and connections an address? */
bool sim_conf_limits(unsigned options);

/* Is a password wanted for what is below /sub/? */
bool sim_conf_access(unsigned options);

#endif
