// SPDX-License-Identifier: MIT
// page: listens to /events and keeps the three parts of the page up to date.
import { word, counted, setLanguage, language } from "./words.js";
import { answers, foldLanes } from "./facts.js";
import { Model, isSpare } from "./model.js";
import { guideOf, observeGuide } from "./guide.js";
import { html, lanes, laneName, legend, replace } from "./draw.js";
import { requestDetail, connectionDetail, emptyDetail } from "./detail.js";
import { loadArticle } from "./loads.js";

const LANES_MAX = 60, LOADS_SHOWN = 12, HELD_MAX = 10000;
const model = new Model();
/** @type {(id: string) => any} */
const $ = id => document.getElementById(id);
/** @type {(css: string) => any[]} */
const all = css => [...document.querySelectorAll(css)];
// What has that key, in the part of the page that has that id.
const at = (home, key) => all(`#${home} [data-key="${key}"]`);
let chosen = null, paused = false, dirty = true, status = null, connected = false, serverClock = 0;
let focusKey = null, olderShown = false, endedShown = false, foresight = null;
let opener = null; // where the choice was made: {home, key}

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
    for (const e of all("[data-word]"))
        e.textContent = word(e.dataset.word);
    for (const e of all("[data-title]"))
        e.title = word(e.dataset.title);
    for (const e of all("[data-label]"))
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
    const open = sum(w => w.open),
          unused = [...model.conns.values()].filter(c => isSpare(c, now())).length;
    const item = (n, name, warn) =>
        html("span", { class: warn ? "warn" : null },
             html("b", {}, Number(n).toLocaleString(language())), ` ${counted(n, name)}`);
    replace($("counts"), [
        item(open, "open"), item(sum(w => w.accepted), "conns_in_all"),
        item(unused, "unused_n"), item(sum(w => w.requests), "requests"),
        ...answers(status.workers).map(([k, n]) => item(n, k)), item(serving, "workers"),
        ...(status.experiments.length ? [experimentsItem(status.experiments)] : []),
        ...(model.lost + status.events_lost
                ? [item(Math.max(model.lost, status.events_lost), "lost", true)]
                : [])
    ]);
    $("where").textContent =
        status.listen.map(l => l.startsWith("unix:") ? l : `http://${l}/`).join(" ");
}

// What is broken on purpose, by its keys.
function experimentsItem(list) {
    return html("span", { class: "warn", title: list.join("\n") },
        html("b", {}, word("experiments")), ` ${list.map(text => text.split(": ")[0]).join(", ")}`);
}

const site = () => status?.listen.find(l => !l.startsWith("unix:"));

function link(text) {
    const [before, after] = text.split("\u0001");
    const url = site() ? `http://${site()}/` : "…";
    return html("p", { class: "empty" }, before,
                site() ? html("a", { href: url, target: "_blank", rel: "noopener" }, url) : url,
                after ?? "");
}

// -- page loads

function drawLoads() {
    const shown = olderShown ? model.loads : model.loads.slice(-LOADS_SHOWN);
    const older = model.loads.length - LOADS_SHOWN, list = [...shown].reverse()
        .map(l => loadArticle(model, l, now(), choose));
    if (older > 0)
        list.push(html("p", { class: "more" }, html("button", {
            type: "button", "data-key": "older", "aria-expanded": String(olderShown),
            onclick: () => { olderShown = !olderShown; dirty = true; },
        }, word(olderShown ? "older_hide" : "older_show", older))));
    if (model.gone)
        list.push(html("p", { class: "hint" }, word("older_gone", model.gone)));
    replace($("load-list"), list.length ? list : [link(word("no_loads", "\u0001"))]);
}

// -- lanes

function drawLanes() {
    const t = now(), seconds = Number($("window").value);
    const since = seconds ? t - seconds * 1000 : 0;
    const known = [...model.conns.values()].filter(c => !c.ended || c.ended >= since)
        .slice(-LANES_MAX);
    const part = foldLanes(known, chosen?.conn), conns = endedShown ? known : part.shown;
    drawFold(part.folded);
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
        names.append(html("button", { type: "button", "data-key": `${c.number}`,
                                      "aria-label": laneName(c, isSpare(c, t)),
                                      "aria-current": chosen?.conn === c ? "true" : null,
                                      onclick: () => choose({ conn: c }) },
                          html("b", {}, `c${c.number}`),
                          html("small", {}, `w${c.worker} :${c.port ?? "?"}`),
                          isSpare(c, t) ? html("small", { class: "spare" }, word("unused_n"))
                              : null));
    const scroll = html("div", { class: "scroll" }, picture);
    scroll.style.scrollBehavior = "auto";
    list.replaceChildren(html("div", { class: "lanes" }, names, scroll));
    scroll.scrollLeft = atEnd ? scroll.scrollWidth : left;
    mark();
}

// Those that have ended, but for the latest, behind one button.
function drawFold(n) {
    replace($("fold"), n ? [html("button", {
        type: "button", "data-key": "fold", "aria-expanded": String(endedShown),
        onclick: () => { endedShown = !endedShown; drawLanes(); },
    }, word(endedShown ? "ended_hide" : "ended_show", n))] : []);
}

function mark() {
    const key = chosen ? (chosen.request ? `${chosen.conn.number}.${chosen.request.request}`
                                         : `${chosen.conn.number}`)
                                         : null;
    for (const g of all("svg .hit[tabindex]")) {
        g.setAttribute("tabindex", "-1");
        if (g.dataset.key === key)
            g.setAttribute("aria-current", "true");
    }
    const entry = all(`svg .hit[tabindex][data-key="${focusKey ?? key}"]`)[0]
        ?? all("svg .hit[tabindex]")[0];
    entry?.setAttribute("tabindex", "0");
}

function onKey(e) {
    if (e.key === "Escape" && chosen) {
        choose(null);
        return;
    }
    const bar = e.target.closest?.("svg .hit[tabindex]");
    if (!bar)
        return;
    if (e.key === "Enter" || e.key === " ") {
        e.preventDefault();
        bar.dispatchEvent(new MouseEvent("click"));
        return;
    }
    const bars = all("#lane-list svg .hit[tabindex]");
    const i = bars.indexOf(bar), row = bar.dataset.key.split(".")[0];
    let to = null;
    if (e.key === "ArrowRight" || e.key === "ArrowLeft")
        to = bars[i + (e.key === "ArrowRight" ? 1 : -1)];
    else if (e.key === "ArrowDown")
        to = bars.slice(i).find(g => g.dataset.key.split(".")[0] !== row);
    else if (e.key === "ArrowUp")
        to = bars.slice(0, i).reverse().find(g => g.dataset.key.split(".")[0] !== row);
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
        replace(aside, emptyDetail(model, now(), choose));
        return;
    }
    const { conn, request } = chosen;
    aside.replaceChildren(html("button", {
                              type: "button",
                              class: "close",
                              "aria-label": word("close"),
                              onclick: () => choose(null)
                          },
                               "✕"),
                          ...(request ? requestDetail(conn, request, choose)
                                      : connectionDetail(conn, choose, now())));
    aside.scrollTop = 0;
}

const keyOf = what => what.request ? `${what.conn.number}.${what.request.request}`
    : `${what.conn.number}`;

// Where the focus is when something is chosen: it goes back there.
function place() {
    const active = document.activeElement, key = active?.getAttribute("data-key");
    const home = active?.closest("#lane-list, #load-list, #guide")?.id;
    return key && home ? { home, key } : opener;
}

function choose(what) {
    const back = !what && chosen ? opener ?? { home: "lane-list", key: keyOf(chosen) } : null;
    opener = what ? place() ?? { home: "lane-list", key: keyOf(what) } : null;
    chosen = what;
    focusKey = what?.request ? keyOf(what) : focusKey;
    drawDetail();
    drawLanes();
    if (what) {
        all(`#lane-list svg [data-key="${keyOf(what)}"]`)[0]
            ?.scrollIntoView({ block: "nearest", inline: what.request ? "center" : "start" });
        $("detail").focus({ preventScroll: true });
    }
    if (back)
        giveFocus(back);
}

// To what was chosen from, or, where that is gone, to the heading above it.
function giveFocus({ home, key }) {
    const to = at(home, key).find(e => e.matches("button, [tabindex]")) ?? $("lanes");
    if (to.hasAttribute("tabindex") && home === "lane-list" && to !== $("lanes")) {
        focusKey = key;
        mark();
    }
    to.focus({ preventScroll: true });
}

// -- foresight: what `etagd check` would say

const VISITS = ["first", "link", "reload", "hard", "tab", "restart"];

function wire(text) {
    const kind = { 200: "ok", 304: "not", "-+304": "not" }[text] ?? "other";
    return html(
        "td", {},
        text === "-"
            ? html("span", { class: "tag silent", role: "img", "aria-label": word("silent") }, "∅")
            : html("span", { class: `tag c-${kind}` }, text.replace("-+", "∅ ")));
}

async function foresee() {
    const place = $("foresight-list");
    try {
        const seen = await (await fetch("/foresight")).json();
        const findings = seen.findings.map(f => html("li", {}, html("code", {}, f.path),
                                                     f.more ? ` (+${f.more})` : "",
                                                     f.line ? ` ${word("line_n", f.line)}` : "",
                                                     ": ", html("b", {}, word(`k_${f.kind}`)),
                                                     " – ", html("span", { lang: "en" }, f.text)));
        place.replaceChildren(
            findings.length ? html("ul", { class: "findings" }, ...findings)
                            : html("p", { class: "hint" }, word("no_findings")),
            html("div", { class: "wide" },
                 html("table", { class: "foresight" },
                      html("tr", {}, html("th", {}, word("path")),
                           ...VISITS.map(v => html("th", {}, word(`v_${v}`)))),
                      ...seen.paths.map(p => html("tr", {}, html("td", {}, p.host + p.path),
                                                  ...VISITS.map(v => wire(p.visits[v])))))));
    } catch {
        place.replaceChildren(html("p", { class: "empty" }, word("broken")));
    }
}

// -- the stream of events

const KINDS = [
    "start", "accept", "proxy", "first", "waiting", "request", "cut", "fin", "idle", "end", "page",
    "lost"
];
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
    if ((dirty || waiting) && !pressed &&
        time - drawn > Math.max(model.conns.size > 100 ? 1000 : 250, 10 * cost)) {
        const begun = performance.now();
        dirty = false;
        const inside = document.activeElement?.getAttribute("data-key");
        const home = document.activeElement?.closest?.("#lane-list, #load-list, #detail")?.id;
        drawCounts();
        drawLoads();
        drawLanes();
        drawGuide();
        if (!chosen || chosen.stale) {
            if (chosen)
                chosen.stale = false;
            drawDetail();
        }
        if (inside && home)
            at(home, inside)[0]?.focus({ preventScroll: true });
        drawn = performance.now();
        cost = drawn - begun;
    }
    requestAnimationFrame(draw);
}

// -- what to try, for who is here for the first time

const tried = new Set((recall("tried") ?? "").split(" ").filter(Boolean));

function drawGuide() {
    if (tried.size < 3 && observeGuide(tried, model, now()))
        remember("tried", [...tried].join(" "));
    replace($("guide-list"), guideOf(foresight).map(item => {
        const [before, after] = word(item.word, "\u0001", item.path).split("\u0001");
        const url = site() ? `http://${site()}${item.page}` : null;
        const done = tried.has(item.name);
        return html("li", { class: done ? "done" : null, "data-name": item.name },
                    html("span", { class: "mark-done" }, word(done ? "seen" : "not_seen")), " ",
                    before, after === undefined ? null : url
                        ? html("a", { href: url, target: "_blank", rel: "noopener" }, url) : "…",
                    after ?? "");
    }));
    $("guide-title").textContent = `${word("guide")} (${word("n_of", tried.size, 3)})`;
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

fetch("/foresight").then(r => r.ok ? r.json() : null).then(told => {
    foresight = told;
    dirty = true;
}).catch(() => { /* the stream says so already */ });
setLanguage(recall("language") ?? ((navigator.language ?? "").startsWith("zh") ? "zh" : "en"));
say();
look();
setInterval(look, 2000);
listen();
requestAnimationFrame(draw);
