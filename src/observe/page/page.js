// SPDX-License-Identifier: MIT
// page: listens to /events and keeps the three parts of the page up to date.
import { word, span, clock, bytes, spareText, setLanguage, language } from "./words.js";
import { Model, colour, isSpare, pathOf } from "./model.js";
import { html, lanes, legend, tag } from "./draw.js";
import { requestDetail, connectionDetail } from "./detail.js";

const LANES_MAX = 60, LOADS_SHOWN = 12, ROWS_SHOWN = 60, HELD_MAX = 10000;
const model = new Model();
const $ = id => document.getElementById(id);
let chosen = null, paused = false, dirty = true, status = null, connected = false, serverClock = 0;
let focusKey = null;

const recall = name => {
    try { return localStorage.getItem(name); } catch { return null; }
};
const remember = (name, value) => {
    try { localStorage.setItem(name, value); } catch { /* private window */ }
};

// The server's wall clock, whatever the browser's says.
const now = () => Math.max(model.last, Date.now() + serverClock);

// -- words

function say() {
    for (const e of document.querySelectorAll("[data-word]"))
        e.textContent = word(e.dataset.word);
    for (const e of document.querySelectorAll("[data-title]"))
        e.title = word(e.dataset.title);
    for (const e of document.querySelectorAll("[data-label]"))
        e.setAttribute("aria-label", word(e.dataset.label));
    $("pause").textContent = word(paused ? "go_on" : "pause");
    $("language").textContent = language() === "zh" ? "English" : "中文";
    $("language").lang = language() === "zh" ? "en" : "zh";
    $("legend").replaceChildren(...legend());
    drawDetail();
    if ($("foresight").open)
        foresee();
    dirty = true;
}

// -- counts and state

function drawCounts() {
    const live = $("live");
    live.className = paused ? "" : connected ? "on" : "off";
    live.textContent = word(paused ? "paused" : connected ? "live" : "broken");
    if (!status)
        return;
    const newest = Math.max(...status.workers.map(w => w.generation));
    const serving = status.workers.filter(w => w.generation === newest).length;
    const sum = f => status.workers.reduce((n, w) => n + f(w), 0);
    const open = sum(w => w.open), unused = [...model.conns.values()].filter(c => isSpare(c, now())).length;
    const item = (n, text, warn) => html("span", { class: warn ? "warn" : null }, html("b", {}, Number(n).toLocaleString(language())), ` ${text}`);
    const classes = ["2xx", "3xx", "4xx", "5xx"].map(k => [k, sum(w => w.status[k])]).filter(([, n]) => n);
    replace($("counts"), [
        item(open, word("open")), item(sum(w => w.accepted), word("conns_in_all")), item(unused, word("unused_n")),
        item(sum(w => w.requests), word("requests")), item(sum(w => w.not_modified), "304"),
        ...classes.map(([k, n]) => item(n, k)),
        item(serving, word("workers")),
        ...(status.experiments.length ? [experimentsItem(status.experiments)] : []),
        ...(model.lost + status.events_lost ? [item(Math.max(model.lost, status.events_lost), word("lost"), true)] : [])]);
    $("where").textContent = status.listen.map(l => l.startsWith("unix:") ? l : `http://${l}/`).join(" ");
}

// What is broken on purpose, by its keys.
function experimentsItem(list) {
    return html("span", { class: "warn", title: list.join("\n") },
        html("b", {}, word("experiments")), ` ${list.map(text => text.split(": ")[0]).join(", ")}`);
}

// Only what differs is put in, so that a selection or a press outlives it.
function replace(place, children) {
    const old = [...place.childNodes];
    children.forEach((c, i) => {
        if (!old[i])
            place.append(c);
        else if (!old[i].isEqualNode(c))
            old[i].replaceWith(c);
    });
    old.slice(children.length).forEach(c => c.remove());
}

const site = () => status?.listen.find(l => !l.startsWith("unix:"));

function link(text) {
    const [before, after] = text.split("\u0001");
    const url = site() ? `http://${site()}/` : "…";
    return html("p", { class: "empty" }, before, site() ? html("a", { href: url, target: "_blank", rel: "noopener" }, url) : url, after ?? "");
}

// -- page loads

function whyText(f) {
    if (!f.p)
        return word(f.why);
    return word(f.why, span(f.p.granted), clock(f.p.at), span(f.left));
}

function row(load, q, from, to) {
    const left = Math.min(96, (q.first - from) / (to - from) * 100);
    const width = Math.max(0.5, (q.sent - q.first) / (to - from) * 100);
    const mark = html("i", {});
    mark.style.left = `${left}%`;
    mark.style.width = `${Math.min(width, 100 - left)}%`;
    const note = html("span", {}, `${span(q.sent - q.first)} · c${q.connection} · ${q.status === 304 ? q.reason : bytes(q.bytes)}`);
    if (left < 55)
        note.style.left = `${Math.min(left + width, 60)}%`;
    else
        note.style.right = `${100 - left}%`;
    return [html("button", { type: "button", class: "name", title: q.url, "data-key": `${q.connection}.${q.request}`,
                             onclick: () => choose({ conn: q.conn, request: q }) }, shortName(q.url, load.url)),
            tag(q.status), html("div", { class: `track c-${colour(q.status)}` }, mark, note)];
}

function shortName(url, page) {
    const u = new URL(url, "http://unknown"), p = new URL(page, "http://unknown");
    return (u.host === p.host ? "" : u.host) + pathOf(url) + u.search;
}

function silentRow(load, f) {
    return [html("span", { class: "name", title: f.url }, shortName(f.url, load.url)),
            html("span", { class: "tag silent", title: word("inference") }, "∅"),
            html("div", { class: "why" }, `${whyText(f)} `, f.of > 1 ? `${word("one_of", f.of)} ` : null,
                f.rfc ? html("span", { class: "infer" }, word(f.rfc)) : null, " ",
                html("span", { class: "infer" }, word("inference")))];
}

// Which connections it took, and which was opened for nothing.
function connectionsText(load) {
    const conns = [...model.connections(load)];
    return word("n_conns", conns.length, conns.filter(([, fresh]) => fresh).length);
}

function spareRow(load, c) {
    return [html("button", { type: "button", class: "name", "data-key": `${c.number}`, onclick: () => choose({ conn: c }) },
                 word("spare_name", c.number)),
            html("span", { class: "tag silent", title: word("inference") }, "—"),
            html("div", { class: "why", "data-spare": c.number },
                c.count ? word("why_spare_used", span(c.firstUse - load.last)) : spareText(c), " ",
                html("span", { class: "infer" }, word("inference")))];
}

function drawLoad(load) {
    const { found, elsewhere, unneeded } = model.silent(load, now());
    const begin = Math.min(...load.requests.map(q => q.first)), end = Math.max(...load.requests.map(q => q.sent));
    const from = begin, to = Math.max(begin + 5, end);
    const sum = [word("n_asked", load.requests.length + load.more), word("n_silent", found.length), connectionsText(load)];
    if (elsewhere)
        sum.push(word("elsewhere", elsewhere));
    if (unneeded.length)
        sum.push(html("span", { title: unneeded.map(url => shortName(url, load.url)).join(" ") }, word("n_unneeded", unneeded.length)));
    sum.push(span(end - begin));
    const rows = html("div", { class: "rows" });
    if (!load.document)
        rows.append(html("span", { class: "name" }, pathOf(load.url)), html("span", { class: "tag silent" }, "∅"),
            html("div", { class: "why" }, word("page_cached"), " ", html("span", { class: "infer" }, word("inference"))));
    const asked = [...load.requests].sort((a, b) => a.first - b.first);
    for (const q of asked.slice(0, ROWS_SHOWN))
        rows.append(...row(load, q, from, to));
    for (const f of found.slice(0, ROWS_SHOWN))
        rows.append(...silentRow(load, f));
    const more = Math.max(0, asked.length - ROWS_SHOWN) + load.more + Math.max(0, found.length - ROWS_SHOWN);
    if (more)
        rows.append(html("span", { class: "name" }, word("n_more", more)));
    for (const c of model.spares(load, now()))
        rows.append(...spareRow(load, c));
    return html("article", { class: "load", "data-url": load.url,
                             "data-silent": found.filter(f => f.cached).map(f => pathOf(f.url)).join(" ") },
        html("header", {}, html("time", {}, clock(load.at, true)), html("span", { class: "url" },
                [...(load.from ?? []), load.url].map(u => shortName(u, load.url)).join(" → ")),
            html("span", { class: "sum" }, word(load.how), ...sum.flatMap(s => [" · ", s]))), rows);
}

function drawLoads() {
    const loads = model.loads.slice(-LOADS_SHOWN).reverse();
    replace($("load-list"), loads.length ? loads.map(drawLoad) : [link(word("no_loads", "\u0001"))]);
}

// -- lanes

function drawLanes() {
    const t = now(), seconds = Number($("window").value);
    const since = seconds ? t - seconds * 1000 : 0;
    const conns = [...model.conns.values()].filter(c => !c.ended || c.ended >= since).slice(-LANES_MAX);
    const list = $("lane-list");
    if (!conns.length) {
        list.replaceChildren(html("p", { class: "empty" }, word("no_lanes")));
        return;
    }
    const old = list.querySelector(".scroll");
    const atEnd = !old || old.scrollLeft + old.clientWidth >= old.scrollWidth - 30;
    const left = old?.scrollLeft ?? 0;
    const { picture, top, lane } = lanes(conns, t, since, choose);
    const names = html("div", { class: "names" });
    names.style.paddingTop = `${top}px`;
    names.style.gridAutoRows = `${lane}px`;
    for (const c of conns)
        names.append(html("button", { type: "button", "data-key": `${c.number}`, onclick: () => choose({ conn: c }),
                                      "aria-current": chosen?.conn === c ? "true" : null },
            html("b", {}, `c${c.number}`), html("small", {}, `w${c.worker} :${c.port ?? "?"}`),
            isSpare(c, t) ? html("small", { class: "spare" }, word("unused_n")) : null));
    const scroll = html("div", { class: "scroll" }, picture);
    scroll.style.scrollBehavior = "auto";
    list.replaceChildren(html("div", { class: "lanes" }, names, scroll));
    scroll.scrollLeft = atEnd ? scroll.scrollWidth : left;
    mark();
}

function mark() {
    const key = chosen ? (chosen.request ? `${chosen.conn.number}.${chosen.request.request}` : `${chosen.conn.number}`) : null;
    for (const g of document.querySelectorAll("svg .hit[tabindex]")) {
        g.setAttribute("tabindex", "-1");
        if (g.dataset.key === key)
            g.setAttribute("aria-current", "true");
    }
    const entry = document.querySelector(`svg .hit[tabindex][data-key="${focusKey ?? key}"]`)
        ?? document.querySelector("svg .hit[tabindex]");
    entry?.setAttribute("tabindex", "0");
}

function onKey(e) {
    if (e.key === "Escape" && chosen) {
        choose(null);
        return;
    }
    const at = e.target.closest?.("svg .hit[tabindex]");
    if (!at)
        return;
    if (e.key === "Enter" || e.key === " ") {
        e.preventDefault();
        at.dispatchEvent(new MouseEvent("click"));
        return;
    }
    const all = [...document.querySelectorAll("#lane-list svg .hit[tabindex]")];
    const i = all.indexOf(at), row = at.dataset.key.split(".")[0];
    let to = null;
    if (e.key === "ArrowRight" || e.key === "ArrowLeft")
        to = all[i + (e.key === "ArrowRight" ? 1 : -1)];
    else if (e.key === "ArrowDown")
        to = all.slice(i).find(g => g.dataset.key.split(".")[0] !== row);
    else if (e.key === "ArrowUp")
        to = all.slice(0, i).reverse().find(g => g.dataset.key.split(".")[0] !== row);
    if (to) {
        e.preventDefault();
        focusKey = to.dataset.key;
        mark();
        to.focus();
    }
}

// -- detail

function drawDetail() {
    const aside = $("detail");
    aside.classList.toggle("open", Boolean(chosen));
    if (!chosen) {
        aside.replaceChildren(html("p", { class: "empty" }, word("pick")));
        return;
    }
    const { conn, request } = chosen;
    aside.replaceChildren(
        html("button", { type: "button", class: "close", "aria-label": word("close"), onclick: () => choose(null) }, "✕"),
        ...(request ? requestDetail(conn, request, choose) : connectionDetail(conn, choose, now())));
    aside.scrollTop = 0;
}

function choose(what) {
    const back = !what && chosen ? (chosen.request ? `${chosen.conn.number}.${chosen.request.request}` : null) : null;
    chosen = what;
    focusKey = what?.request ? `${what.conn.number}.${what.request.request}` : focusKey;
    drawDetail();
    drawLanes();
    if (what) {
        const key = what.request ? focusKey : `${what.conn.number}`;
        document.querySelector(`#lane-list svg [data-key="${key}"]`)
            ?.scrollIntoView({ block: "nearest", inline: what.request ? "center" : "start" });
        $("detail").focus({ preventScroll: true });
    }
    if (back)
        document.querySelector(`svg .hit[data-key="${back}"]`)?.focus();
}

// -- foresight: what `etagd check` would say

const VISITS = ["first", "link", "reload", "hard", "tab", "restart"];

function wire(text) {
    const kind = { 200: "ok", 304: "not", "-+304": "not" }[text] ?? "other";
    return html("td", {}, text === "-" ? html("span", { class: "tag silent", role: "img", "aria-label": word("silent") }, "∅")
        : html("span", { class: `tag c-${kind}` }, text.replace("-+", "∅ ")));
}

async function foresee() {
    const place = $("foresight-list");
    try {
        const seen = await (await fetch("/foresight")).json();
        const findings = seen.findings.map(f => html("li", {},
            html("code", {}, f.path), f.more ? ` (+${f.more})` : "", f.line ? ` ${word("line_n", f.line)}` : "", ": ",
            html("b", {}, word(`k_${f.kind}`)), " – ", html("span", { lang: "en" }, f.text)));
        place.replaceChildren(
            findings.length ? html("ul", { class: "findings" }, ...findings) : html("p", { class: "hint" }, word("no_findings")),
            html("div", { class: "wide" }, html("table", { class: "foresight" },
                html("tr", {}, html("th", {}, word("path")), ...VISITS.map(v => html("th", {}, word(`v_${v}`)))),
                ...seen.paths.map(p => html("tr", {}, html("td", {}, p.host + p.path), ...VISITS.map(v => wire(p.visits[v])))))));
    } catch {
        place.replaceChildren(html("p", { class: "empty" }, word("broken")));
    }
}

// -- the stream of events

const KINDS = ["start", "accept", "proxy", "first", "waiting", "request", "cut", "fin", "idle", "end", "page", "lost"];
let held = [];

function take(e) {
    if (paused) {
        held.push(e);
        if (held.length > HELD_MAX) {
            held.shift();
            model.lost++;
        }
        return;
    }
    model.take(e);
    dirty = true;
    const c = chosen?.conn;
    if (c && e.connection === c.number && !chosen.request)
        chosen.stale = true;
}

function listen() {
    const source = new EventSource("/events");
    source.onopen = () => { connected = true; dirty = true; };
    source.onerror = () => { connected = false; dirty = true; };
    for (const kind of KINDS)
        source.addEventListener(kind, m => take(JSON.parse(m.data)));
}

async function look() {
    try {
        status = await (await fetch("/status")).json();
        serverClock = status.now_us / 1000 - Date.now();
        dirty = true;
    } catch { /* the stream says so already */ }
}

let drawn = 0, cost = 0, pressed = false;

function draw(time) {
    const waiting = model.loads.some(l => now() - l.at < 2500);
    // a page under load is drawn less often, so that the machine's time is the
    // server's; and not while something is pressed: a click needs its element
    if ((dirty || waiting) && !pressed && time - drawn > Math.max(model.conns.size > 100 ? 1000 : 250, 10 * cost)) {
        const begun = performance.now();
        dirty = false;
        const inside = document.activeElement?.dataset?.key;
        const home = document.activeElement?.closest?.("#lane-list, #load-list")?.id;
        drawCounts();
        drawLoads();
        drawLanes();
        drawGuide();
        if (chosen?.stale) {
            chosen.stale = false;
            drawDetail();
        }
        if (inside && home)
            document.querySelector(`#${home} [data-key="${inside}"]`)?.focus({ preventScroll: true });
        drawn = performance.now();
        cost = drawn - begun;
    }
    requestAnimationFrame(draw);
}

// -- what to try, for who is here for the first time

function drawGuide() {
    const list = ["guide_two", "guide_silent", "guide_choose"].map(name => {
        const [before, after] = word(name, "\u0001").split("\u0001");
        const url = site() ? `http://${site()}/` : null;
        return html("li", {}, before, after === undefined ? null : url
            ? html("a", { href: url, target: "_blank", rel: "noopener" }, url) : "…", after ?? "");
    });
    replace($("guide-list"), list);
}

$("pause").onclick = () => {
    paused = !paused;
    $("pause").setAttribute("aria-pressed", String(paused));
    if (!paused) {
        held.forEach(e => model.take(e));
        held = [];
    }
    say();
};
$("clear").onclick = () => {
    model.forget();
    choose(null);
    dirty = true;
};
$("language").onclick = () => {
    setLanguage(language() === "zh" ? "en" : "zh");
    remember("language", language());
    say();
};
$("foresight").ontoggle = () => {
    if ($("foresight").open)
        foresee();
};
$("window").onchange = () => { dirty = true; };
addEventListener("pointerdown", () => { pressed = true; });
for (const name of ["pointerup", "pointercancel", "blur"])
    addEventListener(name, () => setTimeout(() => { pressed = false; }));
// what is there already comes at once: who sees nothing then is new here
setTimeout(() => { $("guide").open = model.loads.length === 0; }, 1500);
document.addEventListener("keydown", onKey);

setLanguage(recall("language") ?? ((navigator.language ?? "").startsWith("zh") ? "zh" : "en"));
say();
look();
setInterval(look, 2000);
listen();
requestAnimationFrame(draw);
