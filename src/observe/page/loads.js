// SPDX-License-Identifier: MIT
// loads: a page load as an article: what it asked for over time, what it did not
// ask for, and which connections it took.
import { word, span, clock, bytes, spareText } from "./words.js";
import { reasonText } from "./reasons.js";
import { rangeText, ticks } from "./facts.js";
import { colour, pathOf } from "./model.js";
import { html, tag } from "./draw.js";

const ROWS_SHOWN = 60, NOTE_ROOM = 40; // % of a row

export function shortName(url, page) {
    const u = new URL(url, "http://unknown"), p = new URL(page, "http://unknown");
    return (u.host === p.host ? "" : u.host) + pathOf(url) + u.search;
}

function whyText(f) {
    if (!f.p)
        return word(f.why);
    return word(f.why, span(f.p.granted), clock(f.p.at), span(f.left));
}

const inference = () => html("span", { class: "infer" }, word("inference"));

// What came of it: how long, on which connection, how much.
function noteText(q) {
    const much = q.status === 304 ? reasonText(q.reason) : bytes(q.bytes), range = rangeText(q);
    return [span(q.sent - q.first), `c${q.connection}`, much,
            range ? word("range", range) : null].filter(Boolean).join(" · ");
}

function row(load, q, scale, choose) {
    const left = Math.min(96, (q.first - scale.from) / scale.ms * 100);
    const width = Math.max(0.5, (q.sent - q.first) / scale.ms * 100);
    const mark = html("i", {});
    mark.style.left = `${left}%`;
    mark.style.width = `${Math.min(width, 100 - left)}%`;
    const note = html("span", {}, noteText(q));
    // behind the bar, or before it; where neither has room, on a ground of its own
    if (100 - left - width >= NOTE_ROOM)
        note.style.left = `${left + width}%`;
    else if (left >= NOTE_ROOM)
        note.style.right = `${100 - left}%`;
    else
        note.className = "on";
    const name = html("button", {
        type: "button", class: "name", title: q.url, "data-key": `${q.connection}.${q.request}`,
        onclick: () => choose({ conn: q.conn, request: q }),
    }, shortName(q.url, load.url));
    return [name, tag(q.status), html("div", { class: `track c-${colour(q.status)}` }, mark, note)];
}

// Above the bars: milliseconds since the first byte of the first request.
function axisRow(scale) {
    const axis = html("div", { class: "axis", "aria-hidden": "true" });
    for (const ms of ticks(scale.ms)) {
        // close to the end there is room for a mark alone
        const mark = html("span", {}, ms / scale.ms > 0.85 ? "" : ms ? span(ms) : "0");
        mark.style.left = `${Math.min(99.5, ms / scale.ms * 100)}%`;
        axis.append(mark);
    }
    return [html("span", { class: "axis-name" }, word("since_first")), html("span", {}), axis];
}

function silentRow(load, f) {
    return [html("span", { class: "name", title: f.url }, shortName(f.url, load.url)),
            html("span", { class: "tag silent", title: word("inference") }, "∅"),
            html("div", { class: "why" }, `${whyText(f)} `,
                 f.of > 1 ? `${word("one_of", f.of)} ` : null,
                 f.rfc ? html("span", { class: "infer" }, word(f.rfc)) : null, " ", inference())];
}

function spareRow(load, c, choose) {
    return [html("button", { type: "button", class: "name", "data-key": `${c.number}`,
                             onclick: () => choose({ conn: c }) }, word("spare_name", c.number)),
            html("span", { class: "tag silent", title: word("inference") }, "—"),
            html("div", { class: "why", "data-spare": c.number },
                 c.count ? word("why_spare_used", span(c.firstUse - load.last)) : spareText(c),
                 " ", inference())];
}

function pageCachedRow(load) {
    return [html("span", { class: "name" }, pathOf(load.url)),
            html("span", { class: "tag silent" }, "∅"),
            html("div", { class: "why" }, word("page_cached"), " ", inference())];
}

// Which connections it took, and which was opened for nothing.
function connectionsText(model, load) {
    const conns = [...model.connections(load)];
    return word("n_conns", conns.length, conns.filter(([, fresh]) => fresh).length);
}

function sums(model, load, { found, elsewhere, unneeded }, ms) {
    const names = unneeded.map(url => shortName(url, load.url)).join(" ");
    return [word("n_asked", load.requests.length + load.more), word("n_silent", found.length),
            connectionsText(model, load), elsewhere ? word("elsewhere", elsewhere) : null,
            unneeded.length
                ? html("span", { title: names }, word("n_unneeded", unneeded.length)) : null,
            span(ms)].filter(Boolean);
}

function header(model, load, silent, ms) {
    const how = load.guess
        ? html("span", { class: "infer", title: word("reload_guess") }, word(load.how))
        : word(load.how);
    const urls = [...(load.from ?? []), load.url].map(u => shortName(u, load.url));
    return html("header", {}, html("time", {}, clock(load.at, true)),
                html("span", { class: "url" }, urls.join(" → ")),
                html("span", { class: "sum" }, how,
                     ...sums(model, load, silent, ms).flatMap(s => [" · ", s])));
}

export function loadArticle(model, load, now, choose) {
    const silent = model.silent(load, now), { found } = silent;
    const from = Math.min(...load.requests.map(q => q.first));
    const ms = Math.max(...load.requests.map(q => q.sent)) - from;
    const scale = { from, ms: Math.max(5, ms) };
    const rows = html("div", { class: "rows" }, ...axisRow(scale));
    if (!load.document)
        rows.append(...pageCachedRow(load));
    const asked = [...load.requests].sort((a, b) => a.first - b.first);
    for (const q of asked.slice(0, ROWS_SHOWN))
        rows.append(...row(load, q, scale, choose));
    for (const f of found.slice(0, ROWS_SHOWN))
        rows.append(...silentRow(load, f));
    const more = Math.max(0, asked.length - ROWS_SHOWN) + load.more +
        Math.max(0, found.length - ROWS_SHOWN);
    if (more)
        rows.append(html("span", { class: "name" }, word("n_more", more)));
    for (const c of model.spares(load, now))
        rows.append(...spareRow(load, c, choose));
    const cached = found.filter(f => f.cached).map(f => pathOf(f.url)).join(" ");
    return html("article", { class: "load", "data-url": load.url, "data-silent": cached },
                header(model, load, silent, ms), rows);
}
