// SPDX-License-Identifier: MIT
// What the page says of times and of connections, where that is put together.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { laneName } from "../../src/observe/page/draw.js";
import { decisionText, reasonText, sectionText } from "../../src/observe/page/reasons.js";
import { counted, setLanguage, since, word } from "../../src/observe/page/words.js";

// `globalThis.document` is all that a change of the language needs
globalThis.document ??= { documentElement: {} };

// "+12 s" ten times tells nothing.
test("moments of a ladder are told apart", () => {
    const moments = [0, 0.004, 0.4, 3.27, 999, 1000, 12_000, 12_001, 12_034.6, 7_200_000];
    const told = moments.map(since);
    assert.equal(new Set(told).size, moments.length, told.join(" "));
    assert.deepEqual(told.slice(-4), ["+12.000 s", "+12.001 s", "+12.035 s", "+7200.000 s"]);
    assert.ok(told.every(t => t.startsWith("+")));
});

test("a lane's name can be read aloud", () => {
    const c = { number: 3, worker: 1, port: 40312, count: 2, ended: 9, closedFirst: "client",
                end: "client closed", fins: { client: 9 } };
    assert.equal(laneName(c, false),
                 "Connection 3, worker 1, port 40312, requests: 2, browser closed first");
    assert.match(laneName({ ...c, count: 0, closedFirst: "server", end: "unused" }, true),
                 /^Connection 3, worker 1, port 40312, requests: 0, never used/);
    assert.doesNotMatch(laneName({ ...c, port: undefined, ended: undefined }, false), /undefined/);
});

// "1 workers"
test("one of a kind is no plural", () => {
    setLanguage("en");
    for (const name of ["requests", "workers", "conns_in_all", "lost"]) {
        assert.match(counted(2, name), /^[a-z]+s\b/, name);
        assert.match(counted(1, name), /^[a-z]+[^s]\b/, name);
    }
    assert.equal(counted(1, "open"), "open");
    const text = readFileSync(new URL("../../src/observe/page/words.js", import.meta.url), "utf8");
    const names = [...text.matchAll(/(?<=^    |, )"?([\w-]+)"?:(?=\s)/gm)].map(m => m[1]);
    assert.ok(names.length > 200);
    // (which is told of two or more)
    for (const name of names.filter(n => n !== "one_of"))
        assert.doesNotMatch(word(name, 1, 1, 1), /(?<!of )\b1 (?!is\b|was\b)[a-z]+s\b/, name);
    setLanguage("zh");
    assert.equal(counted(1, "workers"), "工作进程");
    setLanguage("en");
});

// A Chinese page has no English but names: all of src/http/reason.h.
test("the server's reasons are told in the language of the page", () => {
    const table = readFileSync(new URL("../../src/http/reason.h", import.meta.url), "utf8")
        .replaceAll("\\\n", " ");
    const rows = [...table.matchAll(/X\(\w+,\s+"([^"]+)",\s+"([^"]*)"\)/g)];
    assert.ok(rows.length > 65);
    for (const [, said, rule] of rows) {
        setLanguage("en");
        assert.equal(reasonText(said), said);
        assert.equal(sectionText(rule), rule);
        setLanguage("zh");
        assert.match(reasonText(said), said === "-" ? /-/ : /[\u4e00-\u9fff]/, said);
        const names = /RFC|HTTP|TLS|Fetch|\[\w+\]|[\w-]+-[\w-]+|upload|fallback/g;
        const keys = /symlinks|warm|path|live|attempts|client|server/g;
        const rest = sectionText(rule).replaceAll(names, "").replaceAll(keys, "");
        assert.doesNotMatch(rest, /[a-z]{2}/i, rule);
    }
    assert.equal(sectionText("RFC 9110 13.1.2, 13.2.2 step 3"),
                 "RFC 9110 13.1.2, 13.2.2 第 3 步");
    assert.equal(sectionText("RFC 9110 13.2.2 steps 1 and 2"), "RFC 9110 13.2.2 第 1、2 步");
    assert.equal(sectionText("RFC 9110 15.3.1: no precondition, the whole file"),
                 "RFC 9110 15.3.1：没有前提条件：整个文件");
    setLanguage("en");
});

test("a faulty request's sentence is told in the language of the page", () => {
    const q = { fault: "bare-cr", reason: "faulty request", end: "sent",
                fault_text: "A CR was not followed by LF.",
                fault_text_zh: "CR 之后没有 LF。" };
    setLanguage("en");
    assert.equal(decisionText(q), q.fault_text);
    setLanguage("zh");
    assert.equal(decisionText(q), q.fault_text_zh);
    // a server that does not tell it
    assert.equal(decisionText({ ...q, fault_text_zh: undefined }), q.fault_text);
    assert.equal(decisionText({ reason: "new", end: "sent" }), "新的请求");
    assert.equal(decisionText({ end: "client reset" }), "客户端复位");
    setLanguage("en");
});
