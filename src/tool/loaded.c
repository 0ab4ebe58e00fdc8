/* SPDX-License-Identifier: MIT
 *
 * loaded: loads it, or prints all that is wrong with it.
 * Layer: tool.
 */
#include "tool/loaded.h"

#include <stdio.h>

struct conf *loaded(const struct conf_source *source)
{
    struct conf_faults faults = { NULL, 0 };
    struct conf *conf = conf_load(source, &faults, NULL);

    for (size_t i = 0; i < faults.n; i++)
        fprintf(stderr, "%s\n", faults.text[i]);
    conf_faults_free(&faults);
    return conf;
}
