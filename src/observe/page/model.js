// SPDX-License-Identifier: MIT
// model: from events to connections, page loads, and reasons for silence.

import { field, policyOf } from "./freshness.js";

const CONNS_MAX = 400, LOADS_MAX = 40, SETTLE_MS = 1200, NEEDS_MAX = 2000;
// A page that is left open must not grow: what is oldest goes first.
const REQUESTS_MAX = 4000, LOAD_REQUESTS_MAX = 200, IDLES_MAX = 200, STORED_MAX = 2000,
    CLIENTS_MAX = 20, PAGES_MAX = 2000, SEEN_MAX = 20000;
const REDIRECTS = [301, 302, 303, 307, 308];
// A spare connection is opened about when the page is asked for, or a little later.
const SPARE_MS = 1000, SPARE_LATE_MS = 5000, SETTLED_MS = 100;
// Fetched only if something calls for it: rules of style sheets, fonts, import(),
// a manifest.
const CONDITIONAL = "undm";
// What else may refer to more: sheets, scripts, preloads, frames.
const FOLLOWED = "sjdpf";

export function colour(status) {
    if (!status)
        return "none";
    if (status === 304)
        return "not";
    if (status === 206)
        return "part";
    if (status >= 400)
        return "bad";
    return status >= 200 && status < 300 ? "ok" : "other";
}

// The oldest of a map go first.
function bound(map, most) {
    for (const key of map.keys()) {
        if (map.size <= most)
            return;
        map.delete(key);
    }
}

// Open for a while, and not a byte came on it.
export function isSpare(c, now) {
    return c.ended ? Boolean(c.unused)
                   : !c.count && !c.half && !c.waiting && now - c.opened > SPARE_MS;
}

export class Model {
    constructor() {
        this.forget();
        this.pages = new Map(); // "site path" -> references
        this.pagesVersion = 0;
        this.files = new Map(); // a worker's number of a file -> its path
        this.seen = new Set();
        this.seenBefore = new Set();
    }

    forget() {
        this.conns = new Map();
        this.loads = [];
        this.stored = new Map(); // client, then URL -> policy
        this.kept = []; // requests, oldest first
        this.lost = 0;
        this.gone = 0; // loads that were let go
        this.changed = false; // a policy, from one answer to the next
        this.last = 0;
    }

    conn(e) {
        let c = this.conns.get(e.connection);
        if (!c) {
            c = {
                number: e.connection,
                worker: e.worker,
                generation: e.generation,
                opened: e.at_us / 1000,
                requests: [],
                count: 0,
                fins: {},
                idles: [],
                ended: null
            };
            this.conns.set(e.connection, c);
            bound(this.conns, CONNS_MAX);
        }
        return c;
    }

    take(e) {
        // another observer process may tell the same once more
        const key =
            `${e.event} ${e.connection ?? e.path ?? ""} ${e.at_us} ${e.request ?? e.part ?? ""}`;
        if (e.event !== "lost" && (this.seen.has(key) || this.seenBefore.has(key)))
            return;
        if (this.seen.size >= SEEN_MAX) {
            this.seenBefore = this.seen;
            this.seen = new Set();
        }
        this.seen.add(key);
        const at = (e.at_us ?? 0) / 1000;
        this.last = Math.max(this.last, at);
        const c = e.connection ? this.conn(e) : null;
        const silence = c?.idles[c.idles.length - 1];
        if (silence && !silence.to)
            silence.to = e.first_us ? e.first_us / 1000 : at;
        switch (e.event) {
        case "accept":
            Object.assign(c, {
                opened: at,
                peer: e.peer,
                port: e.port,
                local: e.local,
                localPort: e.local_port,
                syn: e.syn,
                tcp: e.tcp
            });
            break;
        case "proxy":
            Object.assign(c, { peer: e.peer, port: e.port, via: e.via, tls: e.tls });
            break;
        case "first":
            c.half = e.first_us / 1000;
            break;
        case "waiting":
            c.waiting = this.request(e, at);
            break;
        case "request":
        case "cut": {
            const q = this.request(e, at);
            c.half = c.waiting = null;
            this.keep(c, q);
            if (e.event === "request")
                this.account(c, q);
            break;
        }
        case "fin":
            c.fins[e.by] = at;
            break;
        case "end":
            Object.assign(c, {
                ended: at,
                end: e.end,
                closedFirst: e.closed_first,
                unused: e.unused,
                tcpEnd: e.tcp,
                half: null,
                waiting: null
            });
            c.peer ??= e.peer;
            c.port ??= e.port;
            break;
        case "idle":
            c.idles.push({ from: e.since_us / 1000, to: null, requests: e.requests });
            if (c.idles.length > IDLES_MAX)
                c.idles.shift();
            break;
        case "page":
            this.page(e);
            break;
        case "lost":
            this.lost += e.lost;
            break;
        }
    }

    keep(c, q) {
        q.conn = c;
        c.count++;
        c.firstUse ??= q.first;
        c.requests.push(q);
        this.kept.push(q);
        if (this.kept.length > REQUESTS_MAX)
            this.kept.shift().conn.requests.shift(); // the oldest of its own, too
    }

    request(e, at) {
        return { ...e, named: e.client, first: e.first_us / 1000, queued: e.queued_us / 1000,
                 sent: at };
    }

    page(e) {
        const key = `${e.site} ${e.path}`;
        this.files.set(fileKey(e), e.path);
        bound(this.files, PAGES_MAX);
        const old = e.part > 0 ? this.pages.get(key) ?? [] : [];
        this.pages.delete(key); // the newest stand last
        this.pages.set(key, old.concat(e.references));
        bound(this.pages, PAGES_MAX);
        this.pagesVersion++;
    }

    // Which load a request belongs to; what it left in the client's cache.
    account(c, q) {
        const get = n => field(q.request_fields, n);
        q.peer = q.named ?? c.peer;
        const client = `${q.peer} ${get("User-Agent") ?? ""}`;
        const host = get("Host") ?? "";
        let url;
        try {
            url = new URL(q.target, `http://${host || "unknown"}`).href.replace(/#.*/, "");
        } catch {
            url = q.target;
        }
        Object.assign(q, { client, host, url });
        const dest = get("Sec-Fetch-Dest");
        const html = /^text\/html/.test(field(q.response_fields, "Content-Type") ?? "");
        const document = dest ? dest === "document"
            : q.status === 304 ? /text\/html/.test(get("Accept") ?? "") && !get("Referer")
                : html && q.status === 200 && /text\/html/.test(get("Accept") ?? "");
        if (document)
            this.follow(q) || this.begin(q);
        else
            this.attach(q, get("Referer"), dest === "empty");
        this.store(q);
    }

    // How a page was asked for; guess: its request does not say so.
    manner(q) {
        const get = n => field(q.request_fields, n), cc = get("Cache-Control") ?? "";
        if (/no-cache/.test(cc))
            return { how: "hard" };
        if (/max-age=0/.test(cc))
            return { how: "reload" };
        if (get("If-None-Match") === null && get("If-Modified-Since") === null)
            return { how: "visit" };
        // it may be used unasked, and is asked about all the same
        const copy = this.cacheOf(q.client).get(q.url);
        if (copy && copy.at + copy.ms > q.first)
            return { how: "reload", guess: true };
        // Firefox's F5 has no word for it, but neither a person's link or address
        // behind it, which Sec-Fetch-User tells of
        const page = this.loads.filter(l => l.client === q.client).pop()?.url;
        const unasked = /Firefox\//.test(q.client) && get("Sec-Fetch-Mode") === "navigate" &&
            get("Sec-Fetch-User") === null;
        return unasked && page === q.url ? { how: "reload", guess: true } : { how: "visit" };
    }

    begin(q, implied) {
        const load = {
            url: implied ?? q.url,
            client: q.client,
            at: q.first,
            ...(implied ? { how: "visit" } : this.manner(q)),
            document: implied ? null : q,
            from: null,
            requests: [],
            got: new Set(),
            more: 0,
            last: q.sent,
            site: q.site,
            file: fileKey(q),
            peer: q.peer,
            before: new Map(this.cacheOf(q.client))
        };
        if (!implied)
            this.belong(load, q);
        this.loads.push(load);
        if (this.loads.length > LOADS_MAX) {
            this.loads.shift();
            this.gone++;
        }
        return load;
    }

    belong(load, q) {
        q.load = load;
        load.got.add(q.url);
        bound(load.got, NEEDS_MAX);
        load.last = Math.max(load.last, q.sent);
        load.redirect = REDIRECTS.includes(q.status)
                            ? resolve(field(q.response_fields, "Location") ?? "", q.url)?.href
                            : null;
        if (load.requests.length < LOAD_REQUESTS_MAX)
            load.requests.push(q);
        else
            load.more++;
    }

    // The page that a redirect has led to is one load with it.
    follow(q) {
        const load = this.loads.filter(l => l.client === q.client).pop();
        if (load?.redirect !== q.url || q.first - load.last > 5000)
            return false;
        (load.from ??= []).push(load.url);
        const { url, site } = q;
        Object.assign(load, { url, document: q, site, file: fileKey(q), needs: null });
        this.belong(load, q);
        return true;
    }

    attach(q, referer, scripted) {
        const from = referer ? referer.replace(/#.*/, "") : null;
        let load = null;
        for (const l of this.loads) {
            if (l.client === q.client && l.at <= q.first + 1 &&
                (from ? this.member(l, from) : q.first - l.at < 5000))
                load = l;
        }
        const repeated =
            load && load.requests.some(r => r.url === q.url && q.first - r.first > 1000);
        const stored = from ? this.cacheOf(q.client).get(from) : null;
        const html = stored && /^text\/html/.test(field(stored.fields, "Content-Type") ?? "");
        // The page was not asked for, but what it needs is: it came from a cache,
        // if one may still have used it; else, or when a script asks, it has
        // stood there since.
        if (html && !scripted && (repeated || !load) &&
            stored.at + stored.ms + stored.swr > q.first)
            load = this.begin(q, from);
        if (load)
            this.belong(load, q);
    }

    // Is it the load's page, or a sheet, a script or a frame of it?
    member(load, url) {
        return load.url === url || load.got.has(url) || this.needs(load).all.has(url);
    }

    cacheOf(client) {
        if (!this.stored.has(client)) {
            this.stored.set(client, new Map());
            bound(this.stored, CLIENTS_MAX);
        }
        return this.stored.get(client);
    }

    store(q) {
        const cache = this.cacheOf(q.client);
        if (q.method !== "GET" || ![200, 206, 304].includes(q.status))
            return;
        const old = cache.get(q.url);
        const fields = q.status === 304 && old
                           // RFC 9111 3.2: a 304 renews the stored fields that it repeats
                           ? q.response_fields.concat(
                                 old.fields.filter(f => field(q.response_fields, f[0]) === null))
                           : q.response_fields;
        const before = old && field(old.fields, "Cache-Control");
        this.changed ||= Boolean(old) && before !== field(q.response_fields, "Cache-Control");
        cache.delete(q.url); // the newest stand last
        cache.set(q.url, { ...policyOf(fields, q.sent), fields });
        bound(cache, STORED_MAX);
    }

    // The one load that a connection was opened for: one that was under way, one
    // that began soon after, or, of those on which nothing came, the one before.
    cause(c) {
        const loads = this.loads.filter(l => l.peer === c.peer);
        return loads.filter(l => l.at <= c.opened && c.opened < l.last + SETTLED_MS).pop() ??
            loads.find(l => l.at > c.opened && l.at - c.opened < SPARE_MS) ??
            (c.count ? null : loads.filter(l => l.last <= c.opened &&
                                           c.opened - l.last < SPARE_LATE_MS).pop()) ?? null;
    }

    // Connections that were opened for a load, and on which it sent nothing: a
    // browser opens such ahead of need.  Inference, for nothing came on them.
    spares(load, now) {
        return [...this.conns.values()].filter(c =>
            (c.count ? c.firstUse > load.last + SETTLED_MS : isSpare(c, now)) &&
            this.cause(c) === load);
    }

    // {the numbers of its connections: was it opened for it?}
    connections(load) {
        const first = new Map();
        for (const q of load.requests)
            if (!first.has(q.conn))
                first.set(q.conn, q.conn.firstUse === q.first);
        return first;
    }

    referencesOf(load, url) {
        // a fallback or an index file has another name than its page
        const path = url === load.url && this.files.get(load.file) || pathOf(url);
        return this.pages.get(`${load.site ?? 0} ${path}`) ?? this.pages.get(`0 ${path}`) ?? [];
    }

    // What a load may fetch: what its page refers to, then what its sheets,
    // scripts and frames do, and so on.  Candidates for one place, of which a
    // browser takes one, stand together.
    needs(load) {
        if (load.needs?.version === this.pagesVersion)
            return load.needs;
        const host = new URL(load.url).host;
        const found = { version: this.pagesVersion, groups: [], all: new Set(), elsewhere: 0 };
        const waiting = [load.url], walked = new Set(waiting), same = new Set();
        while (waiting.length && found.all.size < NEEDS_MAX) {
            let base = waiting.shift(), group = null;
            const groups = [];
            for (const [letter, ref] of this.referencesOf(load, base)) {
                const kind = letter.toLowerCase(), url = resolve(ref, base);
                if (!url)
                    continue;
                if (kind === "b") {
                    base = url.href;
                    continue;
                }
                if (letter === kind || !group)
                    groups.push(group = { kind, urls: [] });
                group.kind = kind; // an image's own, behind the picture's sources
                if (url.host !== host)
                    found.elsewhere++;
                else if (!group.urls.includes(url.href))
                    group.urls.push(url.href);
            }
            for (const g of groups) {
                const key = g.urls.join(" ");
                if (!key || same.has(key))
                    continue;
                same.add(key);
                found.groups.push(g);
                for (const url of g.urls) {
                    found.all.add(url);
                    if (FOLLOWED.includes(g.kind) && !walked.has(url)) {
                        walked.add(url);
                        waiting.push(url);
                    }
                }
            }
        }
        return load.needs = found;
    }

    // What of it was not asked for, and why.
    silent(load, now) {
        const { groups, elsewhere } = this.needs(load);
        const got = load.got;
        const listed = new Set(), found = [], unneeded = [];
        for (const g of groups) {
            if (g.urls.some(url => got.has(url)))
                continue;
            // of several candidates the one that this client has been given
            const given = g.urls.filter(url => load.before.has(url))
                .sort((a, b) => this.left(load, b) - this.left(load, a));
            // (of fonts and films all: a browser goes on when one is no good)
            const some = "nv".includes(g.kind) ? given : given.slice(0, 1);
            for (const url of some.length ? some : g.urls.slice(0, 1)) {
                if (listed.has(url))
                    continue;
                listed.add(url);
                if (CONDITIONAL.includes(g.kind) && !given.length)
                    unneeded.push(url);
                else
                    found.push({
                        url,
                        kind: g.kind,
                        of: g.urls.length,
                        ...this.reason(load, url, g.kind, now)
                    });
            }
        }
        return { found, elsewhere, unneeded };
    }

    // How long it is still fresh when the load begins, in ms.
    left(load, url) {
        const p = load.before.get(url);
        return p ? p.at + p.ms - load.at : 0;
    }

    reason(load, url, kind, now) {
        const p = load.before.get(url), left = this.left(load, url);
        if (p && left > 0 && p.kind === "fresh")
            return {
                cached: true,
                why: p.immutable ? "why_immutable" : "why_fresh",
                rfc: p.immutable ? "rfc_imm" : "rfc_fresh",
                p,
                left
            };
        if (p && left > 0 && p.kind === "heuristic")
            return { cached: true, why: "why_heuristic", rfc: "rfc_heur", p, left };
        if (kind === "z")
            return { why: "why_lazy" };
        if (now - load.at < SETTLE_MS)
            return { why: "why_waiting" };
        if (p && -left < p.swr)
            return { cached: true, why: "why_swr", rfc: "rfc_swr" };
        if (CONDITIONAL.includes(kind))
            return { why: "why_rule" };
        if (kind === "c")
            return { why: "why_icon" };
        if (p)
            return { cached: true, why: p.kind === "nostore" ? "why_store" : "why_stale" };
        return { cached: true, why: "why_unknown" };
    }
}

const fileKey = e => `${e.generation} ${e.worker} ${e.file}`;

function resolve(ref, base) {
    try {
        const url = new URL(ref.replace(/&amp;/g, "&"), base);
        url.hash = "";
        return url;
    } catch {
        return null;
    }
}

export function pathOf(url) {
    try {
        return decodeURIComponent(new URL(url).pathname);
    } catch {
        return url;
    }
}
