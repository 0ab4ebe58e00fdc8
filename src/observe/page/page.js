// SPDX-License-Identifier: MIT
// page: listens to /events and keeps the three parts of the page up to date.
import { word, span, clock, bytes, setLanguage, language } from "./words.js";
import { Model, colour, field, pathOf, policyOf } from "./model.js";
import { html, svg, lanes, ladder, legend, endKind } from "./draw.js";

const LANES_MAX = 60, LOADS_SHOWN = 12;
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
    const sum = f => status.workers.reduce((n, w) => n + f(w), 0);
    const open = sum(w => w.open), unused = [...model.conns.values()].filter(c => c.unused).length;
    const item = (n, text, warn) => html("span", { class: warn ? "warn" : null }, html("b", {}, Number(n).toLocaleString(language())), ` ${text}`);
    const classes = ["2xx", "3xx", "4xx", "5xx"].map(k => [k, sum(w => w.status[k])]).filter(([, n]) => n);
    $("counts").replaceChildren(
        item(open, word("open")), item(sum(w => w.accepted), word("conns_in_all")), item(unused, word("unused_n")),
        item(sum(w => w.requests), word("requests")), item(sum(w => w.not_modified), "304"),
        ...classes.map(([k, n]) => item(n, k)),
        item(status.workers.length, word("workers")),
        ...(model.lost + status.events_lost ? [item(Math.max(model.lost, status.events_lost), word("lost"), true)] : []));
    $("where").textContent = status.listen.map(l => l.startsWith("unix:") ? l : `http://${l}/`).join(" ");
}

const site = () => status?.listen.find(l => !l.startsWith("unix:"));

function link(text) {
    const [before, after] = text.split("\u0001");
    const url = site() ? `http://${site()}/` : "…";
    return html("p", { class: "empty" }, before, site() ? html("a", { href: url, target: "_blank", rel: "noopener" }, url) : url, after ?? "");
}

// -- page loads

const tag = s => html("span", { class: `tag c-${colour(s)}` }, s ? String(s) : "–");

function whyText(f) {
    if (!f.p)
        return word(f.why);
    return word(f.why, span(f.p.ms), clock(f.p.at), span(f.left));
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

function drawLoad(load) {
    const { found, elsewhere, unneeded } = model.silent(load, now());
    const from = Math.min(...load.requests.map(q => q.first)), to = Math.max(from + 5, ...load.requests.map(q => q.sent));
    const sum = [word("n_asked", load.requests.length), word("n_silent", found.length)];
    if (elsewhere)
        sum.push(word("elsewhere", elsewhere));
    if (unneeded.length)
        sum.push(html("span", { title: unneeded.map(url => shortName(url, load.url)).join(" ") }, word("n_unneeded", unneeded.length)));
    sum.push(span(to - from));
    const rows = html("div", { class: "rows" });
    if (!load.document)
        rows.append(html("span", { class: "name" }, pathOf(load.url)), html("span", { class: "tag silent" }, "∅"),
            html("div", { class: "why" }, word("page_cached"), " ", html("span", { class: "infer" }, word("inference"))));
    for (const q of [...load.requests].sort((a, b) => a.first - b.first))
        rows.append(...row(load, q, from, to));
    for (const f of found)
        rows.append(...silentRow(load, f));
    return html("article", { class: "load", "data-url": load.url,
                             "data-silent": found.filter(f => f.cached).map(f => pathOf(f.url)).join(" ") },
        html("header", {}, html("time", {}, clock(load.at, true)), html("span", { class: "url" }, shortName(load.url, load.url)),
            html("span", { class: "sum" }, word(load.how), ...sum.flatMap(s => [" · ", s]))), rows);
}

function drawLoads() {
    const loads = model.loads.slice(-LOADS_SHOWN).reverse();
    $("load-list").replaceChildren(...(loads.length ? loads.map(drawLoad) : [link(word("no_loads", "\u0001"))]));
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
    const { picture, top, lane } = lanes(conns, t, choose);
    const names = html("div", { class: "names" });
    names.style.paddingTop = `${top}px`;
    names.style.gridAutoRows = `${lane}px`;
    for (const c of conns)
        names.append(html("button", { type: "button", "data-key": `${c.number}`, onclick: () => choose({ conn: c }),
                                      "aria-current": chosen?.conn === c ? "true" : null },
            html("b", {}, `c${c.number}`), html("small", {}, `w${c.worker} :${c.port ?? "?"}`)));
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

const CONDITIONS = new Set(["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range",
                            "cache-control", "pragma", "etag", "last-modified", "expires", "vary", "age",
                            "sec-fetch-dest", "clear-site-data", "connection", "date"]);

function table(rows) {
    return html("table", {}, ...rows.filter(Boolean).map(([k, v]) =>
        html("tr", { class: CONDITIONS.has(k.toLowerCase()) ? "key" : null }, html("th", { scope: "row" }, k), html("td", {}, v))));
}

function section(text) {
    const m = /^RFC (\d+) (\d[\d.]*)/.exec(text ?? "");
    if (!m)
        return text ?? "";
    const a = html("a", { href: `https://www.rfc-editor.org/rfc/rfc${m[1]}#section-${m[2].replace(/\.$/, "")}`, target: "_blank", rel: "noopener noreferrer" }, text);
    return a;
}

function policyText(q) {
    const p = policyOf(q.response_fields, q.sent);
    const until = clock(p.at + p.ms);
    return { nostore: word("p_nostore"), nocache: word("p_nocache"), none: word("p_none"), ask: word("p_ask"),
             fresh: word("p_fresh", span(p.ms), until), heuristic: word("p_heur", span(p.ms), until) }[p.kind];
}

function filterRow(c) {
    const text = c.localPort ? `tcp.port == ${c.port} && tcp.port == ${c.localPort}` : `tcp.port == ${c.port}`;
    const button = html("button", { type: "button", onclick: async () => {
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = word("copied");
        } catch {
            getSelection().selectAllChildren(button.previousSibling);
        }
    } }, word("copy"));
    return [html("h3", {}, word("filter")), html("div", { class: "filter" }, html("code", {}, text), button)];
}

function requestDetail(c, q) {
    const out = [html("h2", {}, `${q.method} ${q.target}`)];
    out.push(html("div", { class: `decision c-${colour(q.status)}` },
        html("p", {}, tag(q.status), " ", html("b", {}, q.fault ? q.fault_text : q.reason ?? q.end)),
        q.section ? html("p", { class: "sec" }, section(q.section)) : null,
        q.end && q.end !== "sent" ? html("p", { class: "sec" }, q.end) : null));
    if (q.debt_until)
        out.push(html("p", { class: "debt" }, word("debt", clock(q.debt_until * 1000))));
    if (q.status === 200 || q.status === 304)
        out.push(html("h3", {}, word("policy")), html("p", { class: "hint" }, policyText(q)));
    out.push(html("h3", {}, word("timing")), table([
        [word("t_first"), `${clock(q.first, true)}  (+${span(q.first - c.opened)} ${word("since_open")})`],
        [word("t_queued"), `+${span(q.queued - q.first)}`], [word("t_sent"), `+${span(q.sent - q.first)}`]]));
    out.push(html("h3", {}, word("req_head")), q.cut ? html("p", { class: "hint" }, word("not_whole")) : "", table(q.request_fields ?? []));
    if (q.response_fields)
        out.push(html("h3", {}, word("res_head")), html("p", { class: "hint" }, q.status_line), table(q.response_fields));
    out.push(html("h3", {}, word("ladder")), ladder(c, q), html("p", { class: "hint" }, word("ladder_note")),
        ...filterRow(c), html("p", {}, html("button", { type: "button", onclick: () => choose({ conn: c }) }, word("show_conn", c.number))));
    return out;
}

function synText(s) {
    return [`TTL ${s.ttl}`, `MSS ${s.mss ?? "–"}`, `win ${s.window}${s.scale !== undefined ? ` × ${2 ** s.scale}` : ""}`,
            s.sack ? "SACK" : null, s.timestamps ? "TS" : null, `ISN ${s.sequence}`].filter(Boolean).join(", ");
}

function idleText(c) {
    const lengths = c.idles.map(i => (i.to ?? c.ended ?? now()) - i.from);
    return `${c.idles.length} ×, ${span(lengths.reduce((a, b) => a + b))}`;
}

function connectionDetail(c) {
    const t = c.tcpEnd ?? c.tcp, kind = endKind(c);
    const out = [html("h2", {}, word("connection_n", c.number))];
    if (c.ended)
        out.push(html("div", { class: "decision" }, html("p", {}, html("b", {}, c.end)),
            html("p", { class: "sec" }, `${word("f_first")}: ${word(c.closedFirst === "client" ? "client_w" : "server_w")}${kind === "timeout" ? ` (${word("timeout_w")})` : kind === "reset" ? ` (${word("reset_w")})` : ""}`)));
    out.push(html("h3", {}, word("ladder")), ladder(c), html("p", { class: "hint" }, word("ladder_note")), ...filterRow(c));
    out.push(html("h3", {}, word("facts")), table([
        [word("f_peer"), `${c.peer ?? "?"} : ${c.port ?? "?"}`],
        c.local ? [word("f_local"), `${c.local} : ${c.localPort}`] : null,
        [word("f_worker"), `${c.worker} (${word("generation")} ${c.generation})`],
        [word("f_opened"), clock(c.opened, true)],
        [word("f_ended"), c.ended ? `${clock(c.ended, true)} (+${span(c.ended - c.opened)})` : word("to_open")],
        [word("f_requests"), String(c.requests.length)],
        c.idles.length ? [word("f_idle"), idleText(c)] : null,
        c.syn ? [word("f_syn"), synText(c.syn)] : null,
        c.tcp ? [word("f_queue"), `≤ ${c.tcp.waited_ms} ms`] : null,
        t ? [word("f_rtt"), `${span(t.min_rtt_us / 1000)}, ${span(t.rtt_us / 1000)}`] : null,
        t ? [word("f_segs"), `${t.segments_in}, ${t.segments_out}`] : null,
        t ? [word("f_retrans"), String(t.retransmits)] : null,
        t ? [word("f_bytes"), `${t.bytes_received}, ${t.bytes_acked}`] : null]));
    if (c.requests.length)
        out.push(html("h3", {}, word("f_requests")), html("div", { class: "rows" },
            ...c.requests.flatMap(q => [html("button", { type: "button", class: "name", onclick: () => choose({ conn: c, request: q }) }, `${q.request}. ${q.target ?? ""}`),
                                        tag(q.status), html("span", { class: "infer" }, `${span(q.sent - q.first)} · ${q.reason ?? q.end}`)])));
    return out;
}

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
        ...(request ? requestDetail(conn, request) : connectionDetail(conn)));
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
    const kind = { 200: "ok", 304: "not", "-": "none", "-+304": "not" }[text] ?? "other";
    return html("td", {}, html("span", { class: `tag c-${kind}` }, text === "-" ? "∅" : text));
}

async function foresee() {
    const place = $("foresight-list");
    try {
        const seen = await (await fetch("/foresight")).json();
        const findings = seen.findings.map(f => html("li", {},
            html("code", {}, f.path), f.more ? ` (+${f.more})` : "", f.line ? ` ${word("line_n", f.line)}` : "", ": ",
            html("b", {}, f.kind), " – ", f.text));
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

const KINDS = ["start", "accept", "first", "waiting", "request", "cut", "fin", "idle", "end", "page", "lost"];
let held = [];

function take(e) {
    if (paused) {
        held.push(e);
        if (held.length > 50000)
            held.shift();
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

let drawn = 0;

function draw(time) {
    const waiting = model.loads.some(l => now() - l.at < 2500);
    // a page under load is drawn less often, so that the machine's time is the server's
    if ((dirty || waiting) && time - drawn > (model.conns.size > 100 ? 1000 : 250)) {
        drawn = time;
        dirty = false;
        const inside = document.activeElement?.dataset?.key;
        const home = document.activeElement?.closest?.("#lane-list, #load-list")?.id;
        drawCounts();
        drawLoads();
        drawLanes();
        if (chosen?.stale) {
            chosen.stale = false;
            drawDetail();
        }
        if (inside && home)
            document.querySelector(`#${home} [data-key="${inside}"]`)?.focus({ preventScroll: true });
    }
    requestAnimationFrame(draw);
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
document.addEventListener("keydown", onKey);

setLanguage(recall("language") ?? ((navigator.language ?? "").startsWith("zh") ? "zh" : "en"));
say();
look();
setInterval(look, 2000);
listen();
requestAnimationFrame(draw);
