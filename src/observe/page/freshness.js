// SPDX-License-Identifier: MIT
// freshness: how long a response may be used without asking (RFC 9111 4.2 and
// 5.2, RFC 5861), as http/lifetime.c reads it: t/data/freshness.tsv holds for both.

const SECONDS_MAX = 2 ** 31; // RFC 9111 1.2.2

// The three forms of a date (RFC 9110 5.6.7).  Date.parse takes much more.
const TIME = "\\d\\d:\\d\\d:\\d\\d";
const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const DAY_LONG = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";
const ZONED = new RegExp(`^(?:${DAY}, \\d\\d ${MONTH} \\d{4}|` +
    `${DAY_LONG}, \\d\\d-${MONTH}-\\d\\d) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^${DAY} ${MONTH} [ \\d]\\d ${TIME} \\d{4}$`);

export function field(fields, name) {
    const low = name.toLowerCase();
    const all = (fields ?? []).filter(f => f[0].toLowerCase() === low).map(f => f[1]);
    return all.length ? all.join(", ") : null;
}

// Whole seconds since 1970, or null.
function dateOf(text) {
    const t = (text ?? "").trim();
    if (ZONED.test(t))
        return Math.floor(Date.parse(t) / 1000);
    return ASCTIME.test(t) ? Math.floor(Date.parse(`${t} GMT`) / 1000) : null;
}

// delta-seconds, or null.
function secondsOf(text) {
    return /^[0-9]+$/.test(text ?? "") ? Math.min(Number(text), SECONDS_MAX) : null;
}

// [name, argument or null] of each member; a comma in quotes divides nothing.
function directives(value) {
    const found = [];
    for (const part of (value ?? "").match(/(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/g) ?? []) {
        const member = part.trim(), eq = member.indexOf("=");
        const name = (eq < 0 ? member : member.slice(0, eq)).trim().toLowerCase();
        const arg = eq < 0 ? null : member.slice(eq + 1).trim().replace(/^"(.*)"$/, "$1");
        if (member)
            found.push([name, arg]);
    }
    return found;
}

// The first number that a directive of this name has (4.2.1), or null.
function numberOf(found, name) {
    return found.filter(d => d[0] === name).map(d => secondsOf(d[1])).find(n => n !== null) ?? null;
}

// What is granted, in seconds from the response's Date on, and by which rule.
function granted(fields, cc, date) {
    const maxAge = numberOf(cc, "max-age");
    const expires = field(fields, "Expires");
    const modified = dateOf(field(fields, "Last-Modified"));
    if (maxAge !== null)
        return { by: "max-age", seconds: maxAge };
    if (expires !== null) // no date is a date in the past (5.3)
        return { by: "expires", seconds: Math.max(0, (dateOf(expires) ?? 0) - date) };
    if (modified !== null && modified < date)
        return { by: "heuristic", seconds: Math.floor((date - modified) / 10) };
    return { by: "none", seconds: 0 };
}

// The rule that forbids all use without asking, or null.
function forbids(fields, cc) {
    const has = (list, name) => list.some(d => d[0] === name);
    if (has(cc, "no-store"))
        return "no-store";
    // 5.4: Pragma stands in where there is no Cache-Control
    const pragma =
        field(fields, "Cache-Control") === null ? directives(field(fields, "Pragma")) : [];
    if (has(cc, "no-cache") || has(pragma, "no-cache"))
        return "no-cache";
    return has(directives(field(fields, "Vary")), "*") ? "vary" : null;
}

function kindOf(by, left, grant, validator) {
    if (by === "no-store")
        return "nostore";
    if (by === "no-cache")
        return "nocache";
    if (left > 0)
        return by === "heuristic" ? "heuristic" : "fresh";
    if (grant > 0)
        return "old";
    return validator && by !== "vary" ? "ask" : "none";
}

// What a response allows to a cache that has it since `at` (ms): it is fresh for
// `ms` from then on, and may be shown for `swr` ms more while it is asked for
// again.  It may be old at its arrival, by its Age or by its Date (4.2.3).
export function policyOf(fields, at) {
    const cc = directives(field(fields, "Cache-Control"));
    const now = Math.floor(at / 1000);
    const date = dateOf(field(fields, "Date")) ?? now;
    const told = secondsOf((field(fields, "Age") ?? "").split(",")[0].trim());
    const age = Math.max(0, told ?? 0, now - date);
    const forbidden = forbids(fields, cc);
    const { by, seconds } = forbidden ? { by: forbidden, seconds: 0 } : granted(fields, cc, date);
    const until = forbidden || cc.some(d => d[0] === "must-revalidate") ? seconds
        : seconds + (numberOf(cc, "stale-while-revalidate") ?? 0);
    const left = Math.max(0, seconds - age);
    const tag = field(fields, "ETag");
    const modified = dateOf(field(fields, "Last-Modified"));
    const validator = Boolean(tag) || modified !== null;
    return { at, tag, modified: modified === null ? NaN : modified * 1000, validator, by,
             kind: kindOf(by, left, seconds, validator), ms: left * 1000, granted: seconds * 1000,
             age: age * 1000, swr: Math.max(0, until - age - left) * 1000,
             immutable: cc.some(d => d[0] === "immutable") };
}
