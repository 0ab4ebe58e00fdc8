/* SPDX-License-Identifier: MIT
 *
 * proxy_v2: the binary header (section 2.2) and its TLVs.
 * Layer: http (pure).
 */
#include <string.h>

#include "http/proxy_parts.h"

#define FIXED_BYTES 16 /* signature, version and command, family, length */

enum tlv {
    TLV_AUTHORITY = 0x02,
    TLV_CRC32C = 0x03,
    TLV_TLS = 0x20,
    TLV_TLS_VERSION = 0x21,
    TLV_TLS_CIPHER = 0x23
};

#define TLS_CLIENT 0x01 /* in the first byte of TLV_TLS */
#define TLS_FIXED 5     /* that byte, and the result of the verification */

static unsigned u16(const char *p)
{
    const uint8_t *b = (const uint8_t *)p;

    return (unsigned)b[0] << 8 | b[1];
}

static uint32_t u32(const char *p)
{
    return (uint32_t)u16(p) << 16 | u16(p + 2);
}

/* CRC-32C (Castagnoli, RFC 9260 appendix A) of the whole header, the four bytes
 * of the sum itself taken for zeros. */
static uint32_t crc32c(struct span header, size_t sum_at)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < header.n; i++) {
        bool sum = i >= sum_at && i < sum_at + 4;
        crc ^= sum ? 0 : (uint8_t)header.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

/* Takes the next TLV off `rest`; false: it ends behind it. */
static bool next(struct span *rest, unsigned *type, struct span *value)
{
    if (rest->n < 3)
        return false;
    unsigned n = u16(rest->p + 1);
    if (n > rest->n - 3)
        return false;
    *type = (uint8_t)rest->p[0];
    *value = span_of(rest->p + 3, n);
    *rest = span_from(*rest, 3 + n);
    return true;
}

static enum proxy_fault tls(struct proxy *out, struct span value)
{
    if (value.n < TLS_FIXED)
        return PROXY_TLV;
    out->tls = ((uint8_t)value.p[0] & TLS_CLIENT) != 0;
    for (struct span rest = span_from(value, TLS_FIXED); rest.n > 0;) {
        unsigned type;
        struct span v;
        if (!next(&rest, &type, &v))
            return PROXY_TLV;
        if (type == TLV_TLS_VERSION)
            out->tls_version = v;
        else if (type == TLV_TLS_CIPHER)
            out->tls_cipher = v;
    }
    return PROXY_OK;
}

static enum proxy_fault tlvs(struct proxy *out, struct span header,
                             struct span rest)
{
    while (rest.n > 0) {
        enum proxy_fault f = PROXY_OK;
        unsigned type;
        struct span v;
        if (!next(&rest, &type, &v))
            return PROXY_TLV;
        if (type == TLV_AUTHORITY)
            out->name = v;
        else if (type == TLV_TLS)
            f = tls(out, v);
        else if (type == TLV_CRC32C && v.n != 4)
            f = PROXY_TLV;
        else if (type == TLV_CRC32C &&
                 u32(v.p) != crc32c(header, (size_t)(v.p - header.p)))
            f = PROXY_CRC;
        if (f != PROXY_OK)
            return f;
    }
    return PROXY_OK;
}

/* Address family and transport -> bytes of both addresses and ports.  What is
 * not here (UNSPEC, for one) is skipped as a whole. */
static const struct shape {
    unsigned family; /* of IP; 0: nothing that we could tell of a client */
    size_t bytes;
} shapes[] = {
    [0x11] = { 4, 12 }, [0x12] = { 4, 12 },  [0x21] = { 6, 36 },
    [0x22] = { 6, 36 }, [0x31] = { 0, 216 }, [0x32] = { 0, 216 },
};

static struct shape shape_of(unsigned byte)
{
    return byte < sizeof shapes / sizeof shapes[0] ? shapes[byte]
                                                   : (struct shape){ 0, 0 };
}

static void addresses(struct proxy *out, unsigned family, const char *p)
{
    const uint8_t *b = (const uint8_t *)p;
    size_t n = family == 4 ? 4 : 16;

    out->client = ip_of(b, family);
    out->server = ip_of(b + n, family);
    out->client_port = (uint16_t)u16(p + 2 * n);
    out->server_port = (uint16_t)u16(p + 2 * n + 2);
}

enum proxy_fault proxy_version_2(struct proxy *out, struct span in)
{
    if (in.n < FIXED_BYTES)
        return PROXY_MORE;
    unsigned command = (uint8_t)in.p[12];
    struct shape shape = shape_of((uint8_t)in.p[13]);
    size_t n = u16(in.p + 14);
    if (command != 0x20 && command != 0x21)
        return PROXY_VERSION;
    if (FIXED_BYTES + n > PROXY_BYTES_MAX)
        return PROXY_LONG;
    if (in.n < FIXED_BYTES + n)
        return PROXY_MORE;
    out->bytes = FIXED_BYTES + n;
    /* LOCAL: family, addresses and TLVs are to be skipped */
    out->local = command == 0x20 || shape.family == 0;
    if (command == 0x20 || shape.bytes == 0)
        return PROXY_OK;
    if (n < shape.bytes)
        return PROXY_LENGTH;
    if (!out->local)
        addresses(out, shape.family, in.p + FIXED_BYTES);
    struct span header = span_to(in, out->bytes);
    return tlvs(out, header, span_from(header, FIXED_BYTES + shape.bytes));
}
