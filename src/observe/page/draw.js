// SPDX-License-Identifier: MIT
// draw: lanes, ladders and the small pictures, as SVG.
import { word, span, since, clock, bytes } from "./words.js";
import { reasonText } from "./reasons.js";
import { rangeText } from "./facts.js";
import { colour, pathOf } from "./model.js";

const NS = "http://www.w3.org/2000/svg";
const LANE = 26, BAR = 16, TOP = 34, BREAK = 58, GAP_MS = 300;
const STEPS_MAX = 80;  // in a ladder
const BARS_MAX = 1000; // in all lanes: the newest of each

export function svg(name, attributes, ...children) {
    const e = document.createElementNS(NS, name);
    for (const [k, v] of Object.entries(attributes ?? {}))
        if (v !== null && v !== undefined)
            e.setAttribute(k, v);
    e.append(...children);
    return e;
}

export function html(name, attributes, ...children) {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(attributes ?? {})) {
        if (k.startsWith("on"))
            e.addEventListener(k.slice(2), v);
        else if (v !== null && v !== undefined && v !== false)
            e.setAttribute(k, v);
    }
    e.append(...children.filter(c => c !== null && c !== undefined));
    return e;
}

// Only what differs is put in, so that a selection or a press outlives it.
export function replace(place, children) {
    const old = [...place.childNodes];
    children.forEach((c, i) => {
        if (!old[i])
            place.append(c);
        else if (!old[i].isEqualNode(c))
            old[i].replaceWith(c);
    });
    old.slice(children.length).forEach(c => c.remove());
}

export const tag = s => html("span", { class: `tag c-${colour(s)}` }, s ? String(s) : "–");

export function endKind(c) {
    if (!c.end)
        return null;
    if (/reset/.test(c.end))
        return "reset";
    if (/too long|too slow|rate/.test(c.end))
        return "timeout";
    return c.closedFirst === "client" ? "client" : "server";
}

const LETTERS = { client: "B", server: "S", timeout: "T", reset: "R" };

export function endMark(kind, x, y) {
    const shape =
        kind === "client" ? svg("circle", { cx: x, cy: y, r: 8 })
        : kind === "reset"
            ? svg("path", { d: `M${x} ${y - 10}l10 10-10 10-10-10z` })
            : svg("rect",
                  { x: x - 8, y: y - 8, width: 16, height: 16, rx: kind === "timeout" ? 8 : 2 });
    shape.setAttribute("class", `e-${kind}`);
    return svg("g", { class: "endmark" }, shape, svg("text", { x, y: y + 4.2 }, LETTERS[kind]));
}

// Stretches of time in which something happens, each with a scale of its own
// that grows slowly with its length, and breaks between them.
function axis(points, now) {
    const sorted = points.filter(p => isFinite(p[0])).sort((a, b) => a[0] - b[0]);
    /** @type {any[]} */
    const parts = [];
    for (const [from, to] of sorted) {
        const last = parts[parts.length - 1];
        if (last && from - last.to < GAP_MS)
            last.to = Math.max(last.to, to);
        else
            parts.push({ from, to });
    }
    let x = 10;
    parts.forEach((p, i) => {
        const pad = Math.max(1, (p.to - p.from) * 0.04);
        p.from -= pad;
        p.to += pad;
        if (i)
            x += BREAK;
        p.x = x;
        p.w = 104 + 100 * Math.log10(1 + (p.to - p.from) / 6);
        x += p.w;
    });
    const last = parts[parts.length - 1];
    const tail = last && now - last.to > GAP_MS;
    return { parts, width: x + (tail ? BREAK : 14), tail, now };
}

function place(ax, t) {
    let before = null;
    for (const p of ax.parts) {
        if (t < p.from)
            return before ? p.x - BREAK / 2 : p.x;
        if (t <= p.to)
            return p.x + (t - p.from) / (p.to - p.from) * p.w;
        before = p;
    }
    return before ? before.x + before.w + (ax.tail ? BREAK - 12 : 6) : 10;
}

// What of a connection is shown, and since when.
function shown(c, since, bars) {
    const requests = c.requests.slice(-bars).filter(q => q.sent >= since);
    const from = Math.max(c.opened, since, requests.length < c.count ? requests[0]?.first ?? 0 : 0);
    return { c, requests, from, idles: c.idles.filter(i => (i.to ?? Infinity) > from) };
}

function pointsOf(all, now) {
    const points = [];
    for (const { c, requests, from, idles } of all) {
        const times =
            [c.opened, c.half, c.ended, ...Object.values(c.fins), ...idles.map(i => i.from)];
        points.push(...times.filter(t => t && t >= from).map(t => [t, t]),
                    ...requests.map(q => [q.first, q.sent]));
    }
    return points.length ? points : [[now, now]];
}

function drawAxis(out, ax, height) {
    ax.parts.forEach((p, i) => {
        out.append(svg("rect", {
            class: "panel",
            x: p.x - 4,
            y: 18,
            width: p.w + 8,
            height: height - 18,
            rx: 5,
            opacity: .55
        }));
        out.append(svg("text", { x: p.x, y: 12, class: "mono" }, clock(p.from, true)));
        if (p.w > 150)
            out.append(
                svg("text", { x: p.x + p.w, y: 30, "text-anchor": "end" }, span(p.to - p.from)));
        const next = ax.parts[i + 1];
        if (next)
            gap(out, p.x + p.w + BREAK / 2, height, next.from - p.to);
        else if (ax.tail)
            gap(out, p.x + p.w + BREAK / 2, height, ax.now - p.to);
    });
}

function gap(out, x, height, ms) {
    out.append(
        svg("path", { class: "axis", fill: "none", d: `M${x - 3} 18l6 5-6 5 6 5-6 5V${height}` }));
    out.append(svg("text", { x, y: 12, "text-anchor": "middle" }, word("gap", span(ms))));
}

function title(c, q) {
    if (!q)
        return word("connection_n", c.number);
    const range = rangeText(q);
    return `${q.method} ${q.target} ${q.status || reasonText(q.end)}, ${span(q.sent - q.first)}` +
        (range ? `, ${word("range", range)}` : "");
}

function bar(c, q, ax, y, choose) {
    const x = place(ax, q.first), w = Math.max(7, place(ax, q.sent) - x);
    const kind = colour(q.status);
    const name = (pathOf(q.url ?? q.target).split("/").pop() || "/").slice(0, 24);
    const g = svg("g", { class: `hit c-${kind}`, tabindex: -1, role: "button",
                         "aria-label": title(c, q), "data-key": `${c.number}.${q.request}` },
                  svg("title", {}, title(c, q)),
                  svg("rect", { class: kind === "none" ? "half" : "req", x, y: y - BAR / 2,
                                width: w, height: BAR, rx: 3 }));
    if (kind !== "none" && w > name.length * 7.4 + 8)
        g.append(svg("text", { class: "inbar", x: x + 4, y: y + 4 }, name));
    g.addEventListener("click", () => choose({ conn: c, request: q }));
    return g;
}

// In use: a thick line; idle, as the observer told, or not used yet: a thin one.
function stretches(g, { c, from: begin, idles }, ax, y, now) {
    const end = c.ended ?? now, first = c.firstUse ?? c.half ?? end;
    const idle = first - begin > 100 ? [{ from: begin, to: first }] : [];
    let from = begin;
    for (const i of idle.concat(idles, [{ from: end, to: end }])) {
        const to = i.to ?? end;
        if (i.from > from)
            g.append(svg(
                "line",
                { class: "held", x1: place(ax, from), x2: place(ax, i.from), y1: y, y2: y }));
        if (to > i.from)
            g.append(svg("line",
                         { class: "idle", x1: place(ax, i.from), x2: place(ax, to), y1: y, y2: y },
                         svg("title", {}, word("idle_for", span(to - i.from)))));
        from = to;
    }
}

function lane(out, part, ax, y, now, choose) {
    const c = part.c, from = place(ax, part.from), to = place(ax, c.ended ?? now);
    const used = c.count > 0 || c.half || c.waiting;
    const g = svg("g", { class: "hit", "data-key": `${c.number}` }, svg("title", {}, title(c)));
    if (used) {
        stretches(g, part, ax, y, now);
        g.append(svg("line", { class: "idle", x1: from, x2: from, y1: y - 5, y2: y + 5 }));
    } else {
        g.append(svg("rect", {
            class: "unused",
            x: from,
            y: y - 6,
            width: Math.max(4, to - from),
            height: 12,
            rx: 3
        }));
    }
    g.addEventListener("click", () => choose({ conn: c }));
    out.append(g);
    if (c.half)
        out.append(svg("rect", {
            class: "half",
            x: place(ax, c.half),
            y: y - BAR / 2,
            width: Math.max(8, to - place(ax, c.half)),
            height: BAR,
            rx: 3
        }));
    for (const q of part.requests)
        out.append(bar(c, q, ax, y, choose));
    const kind = endKind(c);
    if (kind)
        out.append(endMark(kind, to + 9, y));
    else
        out.append(svg("path", { class: "idle", fill: "none", d: `M${to} ${y - 4}l5 4-5 4` }));
}

export function lanes(conns, now, since, choose) {
    const all = conns.map(c => shown(c, since, Math.max(10, Math.floor(BARS_MAX / conns.length))));
    const ax = axis(pointsOf(all, now), now);
    const height = TOP + conns.length * LANE + 4;
    const width = Math.ceil(ax.width + 14);
    const out = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group" });
    drawAxis(out, ax, height);
    all.forEach((part, i) => lane(out, part, ax, TOP + i * LANE + LANE / 2, now, choose));
    return { picture: out, top: TOP, lane: LANE };
}

// "Connection 3, worker 1, port 40312, requests: 2, browser closed first"
export function laneName(c, spare) {
    const end = endKind(c), state = spare ? word("unused_n")
        : end ? word(`l_${end}`) : word("to_open");
    return [word("connection_n", c.number), `${word("f_worker")} ${c.worker}`,
            c.port ? word("port_n", c.port) : null, word("n_requests", c.count), state]
        .filter(Boolean).join(", ");
}

export function legend() {
    const item = (shape, text) => html(
        "li", {}, svg("svg", { width: 26, height: 16, "aria-hidden": "true" }, shape), word(text));
    const box = c => svg("g", { class: `c-${c}` },
                         svg("rect", { class: "req", x: 1, y: 2, width: 24, height: 12, rx: 3 }));
    return [
        item(box("ok"), "l_ok"), item(box("not"), "l_not"), item(box("part"), "l_part"),
        item(box("other"), "l_other"), item(box("bad"), "l_bad"),
        item(svg("rect", { class: "half", x: 2, y: 3, width: 22, height: 10, rx: 3 }), "l_half"),
        item(svg("line", { class: "held", x1: 1, x2: 25, y1: 8, y2: 8 }), "l_held"),
        item(svg("line", { class: "idle", x1: 1, x2: 25, y1: 8, y2: 8 }), "l_idle"),
        item(svg("rect", { class: "unused", x: 1, y: 3, width: 24, height: 10, rx: 3 }),
             "l_unused"),
        ...["client", "server", "timeout", "reset"].map(k => item(endMark(k, 12, 8), `l_${k}`))
    ];
}

// -- ladder: what went between the two ends, in order; waits are cut

function synText(s) {
    if (!s)
        return "SYN";
    return [`SYN MSS ${s.mss ?? "–"}`, s.scale === undefined ? null : `×${2 ** s.scale}`,
            s.sack ? "SACK" : null].filter(Boolean).join(", ");
}

function answerText(q) {
    const range = rangeText(q);
    return `${q.status}, ${bytes(q.bytes)}${range ? ` (${range})` : ""}`;
}

function steps(c) {
    const list = [];
    const rtt = (c.tcp?.min_rtt_us ?? 0) / 1000;
    if (c.syn || c.tcp?.min_rtt_us) {
        const s = c.syn;
        list.push({
            at: c.opened - rtt,
            to: "server",
            made: true,
            text: synText(s)
        });
        list.push({ at: c.opened - rtt, to: "client", made: true, text: "SYN, ACK" });
        list.push({ at: c.opened, to: "server", made: true,
                    text: `ACK${rtt ? ` (+${span(rtt)})` : ""}` });
    }
    for (const q of c.requests) {
        list.push({
            at: q.first,
            to: "server",
            text: `${q.method} ${q.target}`,
            kind: colour(q.status),
            q
        });
        if (q.status)
            list.push({ at: q.sent, to: "client", text: answerText(q), kind: colour(q.status), q });
    }
    if (c.half)
        list.push({ at: c.half, to: "server", text: "…", kind: "none" });
    const kind = endKind(c);
    if (kind === "reset")
        list.push({ at: c.ended, to: "server", text: "RST", kind: "bad" });
    else if (c.ended || c.fins.client || c.fins.server) {
        const first = c.fins.client && !(c.fins.server < c.fins.client) ? "client" : "server";
        const a = c.fins[first] ?? c.ended,
              b = c.fins[first === "client" ? "server" : "client"] ?? c.ended;
        list.push({ at: a, to: first === "client" ? "server" : "client", text: "FIN" });
        if (c.ended)
            list.push({ at: b, to: first === "client" ? "client" : "server", text: "FIN",
                        made: first === "server" && !c.fins.client });
    }
    return list.sort((p, q) => p.at - q.at);
}

export function ladder(c, chosen) {
    const W = 400, L = 92, R = W - 24, STEP = 27;
    let y = 36, last = null;
    const body = [];
    const skip = n => {
        body.push(svg("text", { x: (L + R) / 2, y: y + 8, "text-anchor": "middle" },
                      `⋮ ${word("n_more", n)}`));
        y += 24;
    };
    // of a long one the part around what was chosen, or the end
    const all = steps(c), at = chosen ? all.findIndex(s => s.q === chosen) : all.length;
    const start = Math.max(0, Math.min(at - STEPS_MAX / 2, all.length - STEPS_MAX));
    if (start > 0 || c.requests.length < c.count)
        skip(start + 2 * (c.count - c.requests.length));
    for (const s of all.slice(start, start + STEPS_MAX)) {
        if (last !== null && s.at - last > 50) {
            body.push(svg("text", { x: (L + R) / 2, y: y + 8, "text-anchor": "middle" },
                          `⋮ ${word("idle_for", span(s.at - last))}`));
            y += 24;
        }
        last = s.at;
        const right = s.to === "server";
        const [x1, x2] = right ? [L, R] : [R, L];
        const tip = x2 + (right ? -9 : 9);
        const text = s.text.length > 42 ? `${s.text.slice(0, 41)}…` : s.text;
        const head = `M${x2} ${y + 9}L${tip} ${y + 4}L${tip + (right ? -1 : 1)} ${y + 12}z`;
        const g = svg("g", { class: s.kind ? `c-${s.kind}` : "" },
                      svg("path", { class: `arrow${s.made ? " made" : ""}`,
                                    d: `M${x1} ${y}L${x2} ${y + 9}`,
                                    "stroke-width": s.q && s.q === chosen ? 3 : null }),
                      svg("path", { class: "head", d: head }),
                      svg("text", { class: "label mono", x: (L + R) / 2, y: y - 1,
                                    "text-anchor": "middle" }, text),
                      svg("text", { class: "mono", x: L - 8, y: y + 6, "text-anchor": "end" },
                          s.made ? "" : since(s.at - c.opened)));
        body.push(g);
        y += STEP;
    }
    if (start + STEPS_MAX < all.length) {
        skip(all.length - start - STEPS_MAX);
    } else if (!c.ended) {
        body.push(
            svg("text", { x: (L + R) / 2, y: y + 8, "text-anchor": "middle" }, word("to_open")));
        y += 20;
    }
    const picture = svg(
        "svg",
        { viewBox: `0 0 ${W} ${y + 8}`, width: "100%", role: "img", "aria-label": word("ladder") },
        svg("text", { class: "label", x: L, y: 12, "text-anchor": "middle" }, word("browser")),
        svg("text", { class: "label", x: R, y: 12, "text-anchor": "end" }, word("server")),
        svg("line", { class: "idle", x1: L, x2: L, y1: 18, y2: y + 4 }),
        svg("line", { class: "idle", x1: R, x2: R, y1: 18, y2: y + 4 }), ...body);
    picture.style.maxWidth = "30em";
    return picture;
}
