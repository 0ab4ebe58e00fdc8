// SPDX-License-Identifier: MIT
// facts: small readings of what is known, without a page.
import { field } from "./freshness.js";

const ENDED_SHOWN = 8; // lanes

// "0–499 of 1270": what a 206 holds, or what there is of a range that was none.
export function rangeText(q) {
    const m = /^\s*bytes\s+(?:(\d+)-(\d+)|\*)\/(\d+|\*)/i
        .exec(field(q.response_fields, "Content-Range") ?? "");
    if (m)
        return `${m[1] ? `${m[1]}–${m[2]}` : "–"} / ${m[3]}`;
    return q.status === 206 ? field(q.request_fields, "Range")?.replace(/^bytes=/, "") ?? null
                            : null;
}

// Answers by class; a 304 is counted once, as such.
export function answers(workers) {
    const sum = f => workers.reduce((n, w) => n + f(w), 0), not = sum(w => w.not_modified);
    return [["304", not], ...["2xx", "3xx", "4xx", "5xx"].map(k =>
        [k, sum(w => w.status[k]) - (k === "3xx" ? not : 0)])].filter(([k, n]) => n || k === "304");
}

// Of the lanes those that are open, the latest that have ended and the one that
// was chosen; the others are folded.
export function foldLanes(conns, chosen) {
    const ended = conns.filter(c => c.ended && c !== chosen).sort((a, b) => b.ended - a.ended);
    const folded = new Set(ended.slice(ENDED_SHOWN));
    return { shown: conns.filter(c => !folded.has(c)), folded: folded.size };
}

// Round steps of time between 0 and ms, at most five.
export function ticks(ms) {
    const raw = ms / 4, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(n => n * power).find(s => s >= raw * 0.999);
    return Array.from({ length: Math.floor(ms / step * 1.001) + 1 }, (_, i) => i * step);
}
