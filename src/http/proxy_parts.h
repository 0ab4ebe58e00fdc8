/* SPDX-License-Identifier: MIT
 *
 * proxy_parts: what proxy.c and proxy_v2.c share.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_PROXY_PARTS_H
#define ETAGD_HTTP_PROXY_PARTS_H

#include "http/proxy.h"

#define PROXY_SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define PROXY_SIGNATURE_BYTES 12

/* `in` begins with the signature. */
enum proxy_fault proxy_version_2(struct proxy *out, struct span in);

#endif
