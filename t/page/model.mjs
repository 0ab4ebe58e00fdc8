// SPDX-License-Identifier: MIT
// The page's model: from events as the observer sends them to connections, page
// loads and the reasons why something was not asked for.
import assert from "node:assert/strict";
import test from "node:test";

import { answers, foldLanes, rangeText, ticks } from "../../src/observe/page/facts.js";
import { guideOf, observeGuide } from "../../src/observe/page/guide.js";
import { Model, colour, isSpare, pathOf } from "../../src/observe/page/model.js";

const DATE = 1_700_000_000;
const SITE = "http://h.example";

// A browser on one connection; times in seconds from DATE on.
class Browser {
    constructor(model, connection = 1) {
        Object.assign(this, { model, connection, requests: 0 });
        this.tell("accept", 0, { peer: "127.0.0.1", port: 4000 + connection });
    }

    tell(event, at, more = {}) {
        this.model.take({ event, connection: this.connection, worker: 0, generation: 1,
                          at_us: (DATE + at) * 1e6, ...more });
    }

    // fields: of the request, then of the response
    get(target, at, { status = 200, ask = {}, give = {}, file = 0, client } = {}) {
        const type = target.endsWith("/") ? "text/html" : "text/css";
        const date = new Date((DATE + Math.floor(at)) * 1000).toUTCString();
        this.tell("request", at + 0.01, {
            request: ++this.requests, method: "GET", target, status, site: 0, file,
            first_us: (DATE + at) * 1e6, queued_us: (DATE + at) * 1e6, client,
            request_fields: Object.entries({ Host: "h.example", "User-Agent": "B", ...ask }),
            response_fields: Object.entries({ Date: date, "Content-Type": type, ...give }) });
    }

    page(target, at, more = {}) {
        this.get(target, at, { ...more, ask: { Accept: "text/html", "Sec-Fetch-Dest": "document",
                                               ...more.ask } });
    }
}

const references = (model, path, refs) => model.take({
    event: "page", site: 0, path, part: 0, references: refs, generation: 1, worker: 0, file: 9,
    at_us: DATE * 1e6 });
const from = { ask: { Referer: `${SITE}/`, "Sec-Fetch-Dest": "image" } };
const why = (model, load, at) =>
    Object.fromEntries(model.silent(load, (DATE + at) * 1000).found
        .map(f => [pathOf(f.url), f.why]));

test("a page and what it refers to are one load", () => {
    const m = new Model(), b = new Browser(m);
    references(m, "/", [["s", "a.css"], ["i", "/logo.png"]]);
    b.page("/", 1);
    b.get("/a.css", 1.1, from);
    b.get("/logo.png", 1.2, from);
    assert.equal(m.loads.length, 1);
    assert.deepEqual(m.loads[0].requests.map(q => q.target), ["/", "/a.css", "/logo.png"]);
    assert.deepEqual(why(m, m.loads[0], 9), {});
});

test("clients whom a proxy names are told apart on its connection", () => {
    const m = new Model(), proxy = new Browser(m);
    proxy.page("/", 1, { client: "192.0.2.1" });
    proxy.page("/", 1.1, { client: "192.0.2.2" });
    proxy.get("/a.css", 1.2, { ...from, client: "192.0.2.1" });
    assert.deepEqual(m.loads.map(l => l.requests.map(q => [q.target, q.named])),
                     [[["/", "192.0.2.1"], ["/a.css", "192.0.2.1"]], [["/", "192.0.2.2"]]]);
});

for (const [name, give, after, reason] of [
    ["granted", { "Cache-Control": "max-age=60" }, 10, "why_fresh"],
    ["immutable", { "Cache-Control": "max-age=60, immutable" }, 10, "why_immutable"],
    ["guessed", { "Last-Modified": new Date((DATE - 1e6) * 1000).toUTCString() }, 10,
     "why_heuristic"],
    ["shown while it is asked for", { "Cache-Control": "max-age=1, stale-while-revalidate=60" },
     10, "why_swr"],
    ["over", { "Cache-Control": "max-age=1" }, 10, "why_stale"],
    ["forbidden", { "Cache-Control": "no-store" }, 10, "why_store"],
    // the words of http/lifetime: what is no number is none, the first counts
    ["the first of two", { "Cache-Control": "max-age=60, max-age=1" }, 10, "why_fresh"],
    ["no number, no Expires", { "Cache-Control": "max-age=abc" }, 10, "why_stale"]])
    test(`not asked for: ${name}`, () => {
        const m = new Model(), b = new Browser(m);
        references(m, "/", [["i", "/logo.png"]]);
        b.page("/", 1);
        b.get("/logo.png", 1.1, { ...from, give: { ETag: '"x"', ...give } });
        b.page("/", 1 + after);
        assert.equal(m.loads.length, 2);
        assert.deepEqual(why(m, m.loads[1], 1 + after + 5), { "/logo.png": reason });
    });

test("what was never seen is told as such, after a while", () => {
    const m = new Model(), b = new Browser(m);
    references(m, "/", [["i", "/logo.png"], ["z", "/lazy.png"], ["c", "/favicon.ico"]]);
    b.page("/", 1);
    assert.deepEqual(why(m, m.loads[0], 1.5)["/logo.png"], "why_waiting");
    assert.deepEqual(why(m, m.loads[0], 9),
                     { "/logo.png": "why_unknown", "/lazy.png": "why_lazy",
                       "/favicon.ico": "why_icon" });
});

test("a 304 renews the fields that it repeats, and no others (RFC 9111 3.2)", () => {
    const m = new Model(), b = new Browser(m);
    b.page("/", 1, { give: { ETag: '"x"', "Cache-Control": "max-age=5", "X-Old": "1" } });
    b.page("/", 20, { status: 304, give: { ETag: '"x"', "Cache-Control": "max-age=60" } });
    const kept = [...m.stored.values()][0].get(`${SITE}/`);
    assert.equal(kept.ms, 60000);
    assert.ok(kept.fields.some(f => f[0] === "X-Old"));
    assert.equal(kept.fields.filter(f => f[0] === "Cache-Control").length, 1);
});

test("how a load was begun", () => {
    const m = new Model(), b = new Browser(m);
    b.page("/", 1);
    b.page("/", 20, { ask: { "Cache-Control": "max-age=0" } });
    b.page("/", 40, { ask: { "Cache-Control": "no-cache" } });
    assert.deepEqual(m.loads.map(l => l.how), ["visit", "reload", "hard"]);
});

// As measured: Firefox's F5 has no Cache-Control; a link or an address has a user.
test("how a load was begun in Firefox, whose F5 has no word for it", () => {
    const m = new Model(), b = new Browser(m);
    const agent = { "User-Agent": "Mozilla/5.0 Gecko/20100101 Firefox/140.0",
                    "Sec-Fetch-Mode": "navigate" };
    const known = { ...agent, "If-None-Match": '"x"' }, user = { "Sec-Fetch-User": "?1" };
    b.page("/", 1, { ask: { ...agent, ...user } });
    b.page("/", 10, { status: 304, ask: { ...known, ...user } }); // a link
    b.page("/", 20, { status: 304, ask: known }); // F5
    b.page("/b/", 30, { ask: agent }); // a script leads elsewhere
    b.page("/", 40, { status: 304, ask: known }); // and back again
    b.page("/", 50, { ask: { ...agent, "Cache-Control": "no-cache" } });
    assert.deepEqual(m.loads.map(l => l.how),
                     ["visit", "visit", "reload", "visit", "visit", "hard"]);
    assert.deepEqual(m.loads.map(l => Boolean(l.guess)),
                     [false, false, true, false, false, false]);
});

test("a page that is asked about while it is fresh is reloaded", () => {
    const m = new Model(), b = new Browser(m), ask = { "If-None-Match": '"x"' };
    b.page("/", 1, { give: { ETag: '"x"', "Cache-Control": "max-age=60" } });
    b.page("/", 20, { status: 304, ask, give: { ETag: '"x"' } });
    b.page("/", 200, { status: 304, ask, give: { ETag: '"x"' } });
    assert.deepEqual(m.loads.map(l => l.how), ["visit", "reload", "visit"]);
});

const at = seconds => (DATE + seconds) * 1000;
const unused = (m, number, seconds) => {
    const b = new Browser(m, number);
    Object.assign(m.conns.get(number), { opened: at(seconds) });
    return b;
};
const spared = (m, seconds) => m.loads.map(l => m.spares(l, at(seconds)).map(c => c.number));

test("a spare connection stands in the load that it was opened for, once", () => {
    const m = new Model(), b = new Browser(m);
    b.page("/", 1);
    b.page("/", 1.6); // at once again
    b.page("/", 60);
    unused(m, 2, 0.9); // ahead of the first
    unused(m, 3, 1.005); // while it is under way, also soon before the second
    unused(m, 4, 1.605);
    unused(m, 5, 3); // some time after it
    unused(m, 6, 30); // of nothing that is known
    unused(m, 7, 59.8);
    assert.deepEqual(spared(m, 70), [[2, 3], [4, 5], [7]]);
});

test("a connection that another used at once is no spare one", () => {
    const m = new Model(), b = new Browser(m);
    b.page("/", 1);
    unused(m, 2, 3).get("/a.css", 3.01);
    unused(m, 3, 1.005).page("/", 9);
    assert.deepEqual(spared(m, 70), [[3], []]);
});

test("older loads are counted", () => {
    const m = new Model(), b = new Browser(m);
    for (let i = 0; i < 45; i++)
        b.page("/", 1 + i);
    assert.deepEqual([m.loads.length, m.gone], [40, 5]);
    m.forget();
    assert.equal(m.gone, 0);
});

test("a 304 is counted once", () => {
    const worker = { not_modified: 3, status: { "2xx": 5, "3xx": 4, "4xx": 0, "5xx": 0 } };
    assert.deepEqual(answers([worker, worker]), [["304", 6], ["2xx", 10], ["3xx", 2]]);
    assert.deepEqual(answers([]), [["304", 0]]);
});

test("the range of a 206, and of what was none", () => {
    const text = (status, fields, ask = []) =>
        rangeText({ status, response_fields: fields, request_fields: ask });
    assert.equal(text(206, [["Content-Range", "bytes 0-499/1270"]]), "0–499 / 1270");
    assert.equal(text(416, [["content-range", "bytes */1270"]]), "– / 1270");
    assert.equal(text(206, [["Content-Type", "multipart/byteranges; boundary=x"]],
                      [["Range", "bytes=0-1,4-5"]]), "0-1,4-5");
    assert.equal(text(200, []), null);
});

test("lanes that have ended are folded, but for the latest and the chosen one", () => {
    const conns = Array.from({ length: 20 }, (_, i) =>
        ({ number: i, ended: i % 5 ? i + 1 : null }));
    const { shown, folded } = foldLanes(conns, conns[1]);
    assert.equal(folded, 7);
    assert.deepEqual(shown.map(c => c.number), [0, 1, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    assert.equal(foldLanes(conns.slice(0, 3), null).folded, 0);
});

test("marks of a time axis", () => {
    assert.deepEqual(ticks(5), [0, 2, 4]);
    assert.deepEqual(ticks(73), [0, 20, 40, 60]);
    for (let ms = 5; ms < 1e5; ms *= 1.1) {
        const all = ticks(ms);
        assert.ok(all.length >= 2 && all.length <= 5, `${ms}: ${all}`);
        assert.ok(all[all.length - 1] <= ms * 1.001, `${ms}: ${all}`);
    }
});

test("what to try is done on pages that are there", () => {
    const paths = (...list) => ({ paths: list.map(([path, link]) =>
        ({ path, host: "", visits: { link } })) });
    assert.deepEqual(guideOf(paths(["/", "304"], ["/one.html", "304"], ["/logo.png", "304"],
                                   ["/logo/fresh.png", "-"])).map(i => [i.page, i.path]),
                     [["/one.html", undefined], ["/", "/logo/fresh.png"],
                      ["/one.html", "/logo.png"]]);
    assert.deepEqual(guideOf(paths(["/", "304"], ["/a.jpg", "304"])).map(i => [i.word, i.path]),
                     [["guide_two", undefined], ["guide_silent_none", "/logo.png"],
                      ["guide_choose", "/a.jpg"]]);
    assert.deepEqual(guideOf(null).map(i => i.page), ["/", "/", "/"]);
});

test("what was tried is marked when it has been seen", () => {
    const m = new Model(), b = new Browser(m), seen = new Set();
    references(m, "/", [["i", "/logo.png"]]);
    b.page("/", 1);
    b.get("/logo.png", 1.1, { ...from, give: { "Cache-Control": "max-age=60" } });
    assert.ok(!observeGuide(seen, m, at(9)));
    b.page("/", 10);
    assert.ok(observeGuide(seen, m, at(19)));
    assert.deepEqual([...seen], ["silent"]);
    unused(m, 2, 10.005);
    b.page("/", 90);
    b.get("/logo.png", 90.1, { ...from, give: { "Cache-Control": "no-store" } });
    assert.ok(observeGuide(seen, m, at(99)));
    assert.deepEqual([...seen].sort(), ["choose", "silent", "two"]);
    assert.ok(!observeGuide(seen, m, at(99)));
});

test("a redirect and the page behind it are one load", () => {
    const m = new Model(), b = new Browser(m);
    b.page("/old/", 1, { status: 301, give: { Location: "/new/" } });
    b.page("/new/", 1.2);
    assert.equal(m.loads.length, 1);
    assert.equal(m.loads[0].url, `${SITE}/new/`);
    assert.deepEqual(m.loads[0].from, [`${SITE}/old/`]);
});

test("a page from the cache shows by what it needs", () => {
    const m = new Model(), b = new Browser(m);
    references(m, "/", [["i", "/logo.png"]]);
    b.page("/", 1, { give: { "Cache-Control": "max-age=600" } });
    b.get("/logo.png", 1.1, from);
    b.get("/logo.png", 60, from);
    assert.equal(m.loads.length, 2);
    assert.equal(m.loads[1].document, null);
});

test("the same event told twice counts once", () => {
    const m = new Model(), b = new Browser(m);
    b.get("/a.css", 1);
    b.requests--;
    b.get("/a.css", 1);
    assert.equal(m.conns.get(1).count, 1);
});

test("a connection without a byte is a spare one, at once or when it has ended", () => {
    const m = new Model(), b = new Browser(m), c = m.conns.get(1);
    assert.ok(!isSpare(c, DATE * 1000 + 500));
    assert.ok(isSpare(c, DATE * 1000 + 1500));
    b.tell("end", 5, { end: "idle", closed_first: "server", unused: true });
    assert.ok(isSpare(c, DATE * 1000 + 6000));
    const used = new Browser(m, 2);
    used.get("/a.css", 1);
    assert.ok(!isSpare(m.conns.get(2), DATE * 1000 + 9000));
});

test("a page that is left open does not grow", () => {
    const m = new Model();
    for (let i = 1; i <= 500; i++)
        new Browser(m, i).page(`/${i}/`, i);
    assert.equal(m.conns.size, 400);
    assert.equal(m.loads.length, 40);
    const b = new Browser(m, 501);
    for (let i = 0; i < 4100; i++)
        b.get(`/${i}.css`, 600 + i);
    assert.equal(m.kept.length, 4000);
    assert.ok([...m.stored.values()].every(s => s.size <= 2000));
});

test("colours of statuses, paths of addresses", () => {
    assert.deepEqual([0, 200, 204, 206, 301, 304, 404, 503].map(colour),
                     ["none", "ok", "ok", "part", "other", "not", "bad", "bad"]);
    assert.equal(pathOf(`${SITE}/r%C3%A9sum%C3%A9.html?x`), "/résumé.html");
    assert.equal(pathOf("no address"), "no address");
});
