// SPDX-License-Identifier: MIT
// detail: what is known of one request or one connection.
import { word, span, clock, moment, spareText } from "./words.js";
import { decisionText, reasonText, sectionText } from "./reasons.js";
import { colour, isSpare } from "./model.js";
import { rangeText } from "./facts.js";
import { policyOf } from "./freshness.js";
import { html, ladder, endKind, tag } from "./draw.js";

const CONDITIONS = new Set([
    "if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range",
    "cache-control", "pragma", "etag", "last-modified", "expires", "vary", "age", "sec-fetch-dest",
    "content-range", "clear-site-data", "connection", "date"
]);

function table(rows) {
    const row = ([k, v]) => html("tr", { class: CONDITIONS.has(k.toLowerCase()) ? "key" : null },
                                 html("th", { scope: "row" }, k), html("td", {}, v));
    return html("table", {}, ...rows.filter(Boolean).map(row));
}

function section(text) {
    const m = /^RFC (\d+) (\d[\d.]*)/.exec(text ?? "");
    if (!m)
        return sectionText(text ?? "");
    const section = `${m[1]}#section-${m[2].replace(/\.$/, "")}`;
    return html("a", { href: `https://www.rfc-editor.org/rfc/rfc${section}`, target: "_blank",
                       rel: "noopener noreferrer" }, sectionText(text));
}

function policyText(q) {
    const p = policyOf(q.response_fields, q.sent);
    const until = moment(p.at + p.ms);
    return {
        nostore: word("p_nostore"),
        nocache: word("p_nocache"),
        none: word("p_none"),
        ask: word("p_ask"),
        fresh: word("p_fresh", span(p.granted), until),
        heuristic: word("p_heur", span(p.granted), until),
        old: word("p_old", span(p.granted), span(p.age))
    }[p.kind];
}

function filterRow(c) {
    const text = c.localPort ? `tcp.port == ${c.port} && tcp.port == ${c.localPort}`
                             : `tcp.port == ${c.port}`;
    const button = html("button", { type: "button", onclick: async () => {
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = word("copied");
        } catch {
            getSelection().selectAllChildren(button.previousSibling);
        }
    } }, word("copy"));
    return [
        html("h3", {}, word("filter")),
        html("div", { class: "filter" }, html("code", {}, text), button)
    ];
}

export function requestDetail(c, q, choose) {
    const out = [html("h2", {}, `${q.method} ${q.target}`)];
    out.push(html("div", { class: `decision c-${colour(q.status)}` },
                  html("p", {}, tag(q.status), " ",
                       html("b", {}, decisionText(q))),
                  q.section ? html("p", { class: "sec" }, section(q.section)) : null,
                  q.end && q.end !== "sent" ? html("p", { class: "sec" }, reasonText(q.end))
                                               : null));
    if (q.debt_until)
        out.push(html("p", { class: "debt" }, word("debt", moment(q.debt_until * 1000))));
    if (q.status === 200 || q.status === 304)
        out.push(html("h3", {}, word("policy")), html("p", { class: "hint" }, policyText(q)));
    out.push(html("h3", {}, word("timing")), table([
                 q.named ? [word("f_peer"), `${q.named} : ${q.client_port ?? "?"}`] : null,
                 q.user ? [word("f_user"), q.user] : null,
                 [
                     word("t_first"),
                     `${clock(q.first, true)}  (+${span(q.first - c.opened)} ${word("since_open")})`
                 ],
                 [word("t_queued"), `+${span(q.queued - q.first)}`],
                 [word("t_sent"), `+${span(q.sent - q.first)}`],
                 rangeText(q) ? [word("range_n"), rangeText(q)] : null
             ]));
    out.push(html("h3", {}, word("req_head")),
             q.cut ? html("p", { class: "hint" }, word("not_whole")) : "",
             table(q.request_fields ?? []));
    if (q.response_fields)
        out.push(html("h3", {}, word("res_head")), html("p", { class: "hint" }, q.status_line),
                 table(q.response_fields));
    out.push(html("h3", {}, word("ladder")), ladder(c, q),
             html("p", { class: "hint" }, word("ladder_note")), ...filterRow(c),
             html("p", {},
                  html("button", { type: "button", onclick: () => choose({ conn: c }) },
                       word("show_conn", c.number))));
    return out;
}

// Nothing is chosen: what there is to look at.
export function emptyDetail(model, now, choose) {
    const kept = model.kept, last = f => kept.filter(f).pop();
    const spare = [...model.conns.values()].filter(c => isSpare(c, now)).pop();
    const found = [["last_request", last(q => q.status)],
                   ["last_304", last(q => q.status === 304)],
                   ["last_error", last(q => q.status >= 400)]].filter(([, q]) => q);
    const offers = found.map(([name, q]) => [name, `${q.method} ${q.target}`, tag(q.status),
                                             { conn: q.conn, request: q }]);
    if (spare)
        offers.push(["last_spare", word("connection_n", spare.number), null, { conn: spare }]);
    return [html("h2", {}, word("detail")), html("p", { class: "hint" }, word("pick")),
            html("ul", { class: "offers" }, ...offers.map(([name, text, mark, what]) =>
                html("li", {}, html("span", {}, word(name)), " ", mark, " ",
                     html("button", { type: "button", class: "name", "data-key": name,
                                      "data-of": what.request?.at_us ?? what.conn.number,
                                      onclick: () => choose(what) }, text))))];
}

function synText(s) {
    return [
        `TTL ${s.ttl}`, `MSS ${s.mss ?? "–"}`,
        `win ${s.window}${s.scale !== undefined ? ` × ${2 ** s.scale}` : ""}`,
        s.sack ? "SACK" : null, s.timestamps ? "TS" : null, `ISN ${s.sequence}`
    ].filter(Boolean).join(", ");
}

function idleText(c, now) {
    const lengths = c.idles.map(i => (i.to ?? c.ended ?? now) - i.from);
    return `${c.idles.length} ×, ${span(lengths.reduce((a, b) => a + b))}`;
}

function requestRow(c, q, choose) {
    return [html("button", { type: "button", class: "name",
                             onclick: () => choose({ conn: c, request: q }) },
                 `${q.request}. ${q.target ?? ""}`),
            tag(q.status),
            html("span", { class: "infer" }, `${span(q.sent - q.first)} · ${
                 reasonText(q.reason ?? q.end)}`)];
}

// Who closed first, and by what.
function closedText(c, kind) {
    const by = word(c.closedFirst === "client" ? "client_w" : "server_w");
    const how = { timeout: "timeout_w", reset: "reset_w" }[kind];
    return `${word("f_first")}: ${by}${how ? ` (${word(how)})` : ""}`;
}

export function connectionDetail(c, choose, now) {
    const t = c.tcpEnd ?? c.tcp, kind = endKind(c);
    const out = [html("h2", {}, word("connection_n", c.number))];
    if (c.ended)
        out.push(html("div", { class: "decision" }, html("p", {}, html("b", {}, reasonText(c.end))),
                      html("p", { class: "sec" },
                           closedText(c, kind))));
    if (isSpare(c, now))
        out.push(html("p", { class: "debt" }, spareText(c)));
    out.push(html("h3", {}, word("ladder")), ladder(c),
             html("p", { class: "hint" }, word("ladder_note")), ...filterRow(c));
    out.push(html("h3", {}, word("facts")), table([
        [word("f_peer"), `${c.peer ?? "?"} : ${c.port ?? "?"}`],
        c.via ? [word("f_via"), c.via] : null,
        c.tls ? [word("f_tls"),
                 [c.tls.version, c.tls.cipher, c.tls.name].filter(t => t).join(", ")] : null,
        c.local ? [word("f_local"), `${c.local} : ${c.localPort}`] : null,
        [word("f_worker"), `${c.worker} (${word("generation")} ${c.generation})`],
        [word("f_opened"), clock(c.opened, true)],
        [word("f_ended"), c.ended ? `${clock(c.ended, true)} (+${span(c.ended - c.opened)})`
            : word("to_open")],
        [word("f_requests"), String(c.count)],
        c.idles.length ? [word("f_idle"), idleText(c, now)] : null,
        c.syn ? [word("f_syn"), synText(c.syn)] : null,
        c.tcp ? [word("f_queue"), `≤ ${c.tcp.waited_ms} ms`] : null,
        t ? [word("f_rtt"), `${span(t.min_rtt_us / 1000)}, ${span(t.rtt_us / 1000)}`] : null,
        t ? [word("f_segs"), `${t.segments_in}, ${t.segments_out}`] : null,
        t ? [word("f_retrans"), String(t.retransmits)] : null,
        t ? [word("f_bytes"), `${t.bytes_received}, ${t.bytes_acked}`] : null]));
    if (c.requests.length)
        out.push(html("h3", {}, word("f_requests")),
                 html("div", { class: "rows" },
                      ...c.requests.flatMap(q => requestRow(c, q, choose))));
    return out;
}
