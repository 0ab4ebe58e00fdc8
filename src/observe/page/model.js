// SPDX-License-Identifier: MIT
// model: from events to connections, page loads, and reasons for silence.

const CONNS_MAX = 400, LOADS_MAX = 40, SETTLE_MS = 1200;

export function field(fields, name) {
    const low = name.toLowerCase();
    const all = (fields ?? []).filter(f => f[0].toLowerCase() === low).map(f => f[1]);
    return all.length ? all.join(", ") : null;
}

function directives(value) {
    const found = {};
    for (const part of (value ?? "").split(",")) {
        const [name, v] = part.trim().split("=");
        if (name)
            found[name.toLowerCase()] = v === undefined ? true : v.replace(/"/g, "");
    }
    return found;
}

// What a response allows (RFC 9111 3, 4.2): how long it is fresh, in ms.
export function policyOf(fields, at) {
    const cc = directives(field(fields, "Cache-Control"));
    const date = Date.parse(field(fields, "Date") ?? "") || at;
    const expires = field(fields, "Expires");
    const modified = Date.parse(field(fields, "Last-Modified") ?? "");
    const tag = field(fields, "ETag");
    const p = { at, tag, modified, validator: Boolean(tag) || !isNaN(modified),
                swr: Number(cc["stale-while-revalidate"] ?? 0) * 1000,
                immutable: Boolean(cc.immutable), kind: "ask", ms: 0 };
    if (cc["no-store"])
        p.kind = "nostore";
    else if (cc["no-cache"] || (!field(fields, "Cache-Control") && /no-cache/.test(field(fields, "Pragma") ?? "")))
        p.kind = "nocache";
    else if (cc["max-age"] !== undefined)
        Object.assign(p, { kind: "fresh", ms: Number(cc["max-age"]) * 1000 });
    else if (expires !== null)
        Object.assign(p, { kind: "fresh", ms: Math.max(0, (Date.parse(expires) || 0) - date) });
    else if (!isNaN(modified))
        Object.assign(p, { kind: "heuristic", ms: Math.max(0, (date - modified) / 10) });
    if ((p.kind === "fresh" || p.kind === "heuristic") && !(p.ms > 0))
        p.kind = p.validator ? "ask" : "none";
    else if (p.kind === "ask" && !p.validator)
        p.kind = "none";
    return p;
}

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

export class Model {
    constructor() {
        this.forget();
        this.pages = new Map(); // "site path" -> { version, refs }
        this.seen = new Set();
    }

    forget() {
        this.conns = new Map();
        this.loads = [];
        this.stored = new Map(); // client, then URL -> policy
        this.lost = 0;
        this.last = 0;
    }

    conn(e) {
        let c = this.conns.get(e.connection);
        if (!c) {
            c = { number: e.connection, worker: e.worker, generation: e.generation, opened: e.at_us / 1000,
                  requests: [], fins: {}, ended: null };
            this.conns.set(e.connection, c);
            if (this.conns.size > CONNS_MAX)
                this.conns.delete(this.conns.keys().next().value);
        }
        return c;
    }

    take(e) {
        // another observer process may tell the same once more
        const key = `${e.event} ${e.connection ?? e.path ?? ""} ${e.at_us} ${e.request ?? e.part ?? ""}`;
        if (e.event !== "lost" && this.seen.has(key))
            return;
        if (this.seen.size > 20000)
            this.seen.clear();
        this.seen.add(key);
        const at = (e.at_us ?? 0) / 1000;
        this.last = Math.max(this.last, at);
        const c = e.connection ? this.conn(e) : null;
        switch (e.event) {
        case "accept":
            Object.assign(c, { opened: at, peer: e.peer, port: e.port, local: e.local, localPort: e.local_port,
                               syn: e.syn, tcp: e.tcp });
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
            c.requests.push(q);
            if (e.event === "request")
                this.account(c, q);
            break;
        }
        case "fin":
            c.fins[e.by] = at;
            break;
        case "end":
            Object.assign(c, { ended: at, end: e.end, closedFirst: e.closed_first, unused: e.unused, tcpEnd: e.tcp,
                               half: null, waiting: null });
            c.peer ??= e.peer;
            c.port ??= e.port;
            break;
        case "page":
            this.page(e);
            break;
        case "lost":
            this.lost += e.lost;
            break;
        }
    }

    request(e, at) {
        return { ...e, first: e.first_us / 1000, queued: e.queued_us / 1000, sent: at };
    }

    page(e) {
        const key = `${e.site} ${e.path}`;
        const old = e.part > 0 ? this.pages.get(key)?.refs ?? [] : [];
        this.pages.set(key, { refs: old.concat(e.references) });
    }

    // Which load a request belongs to; what it left in the client's cache.
    account(c, q) {
        const get = n => field(q.request_fields, n);
        const client = `${c.peer} ${get("User-Agent") ?? ""}`;
        const host = get("Host") ?? "";
        let url;
        try {
            url = new URL(q.target, `http://${host || "unknown"}`).href.replace(/#.*/, "");
        } catch {
            url = q.target;
        }
        Object.assign(q, { client, host, url, conn: c });
        const dest = get("Sec-Fetch-Dest");
        const html = /^text\/html/.test(field(q.response_fields, "Content-Type") ?? "");
        const document = dest ? dest === "document"
            : q.status === 304 ? /text\/html/.test(get("Accept") ?? "") && !get("Referer")
                : html && q.status === 200 && /text\/html/.test(get("Accept") ?? "");
        if (document)
            this.begin(q);
        else
            this.attach(q, get("Referer"));
        this.store(q);
    }

    begin(q, implied) {
        const cc = field(q.request_fields, "Cache-Control") ?? "";
        const how = implied ? "visit" : /no-cache/.test(cc) ? "hard" : /max-age=0/.test(cc) ? "reload" : "visit";
        const load = { url: implied ?? q.url, client: q.client, at: q.first, how, document: implied ? null : q,
                       requests: implied ? [] : [q], refs: null, site: q.site,
                       before: new Map(this.cacheOf(q.client)) };
        this.loads.push(load);
        if (this.loads.length > LOADS_MAX)
            this.loads.shift();
        return load;
    }

    attach(q, referer) {
        const from = referer ? referer.replace(/#.*/, "") : null;
        let load = null;
        for (const l of this.loads) {
            if (l.client === q.client && l.at <= q.first + 1 &&
                (from ? l.url === from : q.first - l.at < 5000))
                load = l;
        }
        const repeated = load && load.requests.some(r => r.url === q.url && q.first - r.first > 1000);
        // the page was not asked for, but what it needs is: it came from a cache
        if (from && (repeated || (!load && this.cacheOf(q.client).has(from))))
            load = this.begin(q, from);
        if (load) {
            load.requests.push(q);
            q.load = load;
        }
    }

    cacheOf(client) {
        if (!this.stored.has(client))
            this.stored.set(client, new Map());
        return this.stored.get(client);
    }

    store(q) {
        const cache = this.cacheOf(q.client);
        if (q.method !== "GET" || (q.status !== 200 && q.status !== 304))
            return;
        const old = cache.get(q.url);
        const fields = q.status === 304 && old
            // RFC 9111 3.2: a 304 renews the stored fields that it repeats
            ? q.response_fields.concat(old.fields.filter(f => field(q.response_fields, f[0]) === null))
            : q.response_fields;
        cache.set(q.url, { ...policyOf(fields, q.sent), fields });
    }

    // What a load's page refers to and what of it was not asked for.
    silent(load, now) {
        const path = pathOf(load.url);
        const page = this.pages.get(`${load.site ?? 0} ${path}`) ?? this.pages.get(`0 ${path}`);
        const found = [];
        let base = load.url, elsewhere = 0;
        const got = new Set(load.requests.map(q => q.url));
        for (const [kind, ref] of page?.refs ?? []) {
            let url;
            try {
                url = new URL(ref.replace(/&amp;/g, "&"), base);
            } catch {
                continue;
            }
            if (kind === "b") {
                base = url.href;
                continue;
            }
            url.hash = "";
            if (url.host !== new URL(load.url).host) {
                elsewhere++;
                continue;
            }
            if (got.has(url.href))
                continue;
            got.add(url.href);
            found.push({ url: url.href, kind, ...this.reason(load, url.href, kind, now) });
        }
        return { found, elsewhere };
    }

    reason(load, url, kind, now) {
        const p = load.before.get(url);
        const left = p ? p.at + p.ms - load.at : 0;
        if (p && left > 0 && p.kind === "fresh")
            return { why: p.immutable ? "why_immutable" : "why_fresh", rfc: p.immutable ? "rfc_imm" : "rfc_fresh", p, left };
        if (p && left > 0 && p.kind === "heuristic")
            return { why: "why_heuristic", rfc: "rfc_heur", p, left };
        if (kind === "z")
            return { why: "why_lazy" };
        if (now - load.at < SETTLE_MS)
            return { why: "why_waiting" };
        if (p && -left < p.swr)
            return { why: "why_swr", rfc: "rfc_swr" };
        if (kind === "c")
            return { why: "why_icon" };
        if (p)
            return { why: p.kind === "nostore" ? "why_store" : "why_stale" };
        return { why: "why_unknown" };
    }
}

export function pathOf(url) {
    try {
        return decodeURIComponent(new URL(url).pathname);
    } catch {
        return url;
    }
}
