// SPDX-License-Identifier: MIT
// One colour for one meaning: the table in www/style.css is the only one, the
// sheets of all pages use it alike, and what is written in its colours can be read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const read = name => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const style = read("www/style.css");
const table = style.slice(style.indexOf("/* -- colours"), style.indexOf("/* -- end of colours"));
const schemes = table.split("@media").map(part =>
    Object.fromEntries([...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(m => [m[1], m[2]])));
const SHEETS = ["www/lab/lab.css", "src/observe/page/page.css", "lab/etagdlab/report.css"];

test("both schemes have the same meanings", () => {
    assert.equal(schemes.length, 2);
    assert.deepEqual(Object.keys(schemes[0]), Object.keys(schemes[1]));
    assert.ok(Object.keys(schemes[0]).length >= 24);
});

test("no sheet has another table", () => {
    for (const name of SHEETS) {
        const own = [...read(name).matchAll(/--([\w-]+):/g)].map(m => m[1]);
        assert.deepEqual(own.filter(o => o in schemes[0]), [], name);
        // nor a name that stands for nothing
        const used = [...read(name).matchAll(/var\(--([\w-]+)/g)].map(m => m[1]);
        const known = new Set([...own, ...Object.keys(schemes[0]), "mono", "shadow"]);
        assert.deepEqual(used.filter(u => !known.has(u)), [], name);
    }
});

const sheets = { style, ...Object.fromEntries(SHEETS.map(n => [n, read(n)])) };

// Each selector that stands for a meaning, and the colour that its rule takes.
for (const [sheet, selector, meaning] of [
    ["style", ".s200", "ok"], ["style", ".s304", "not"], ["style", ".none", "silent"],
    ["www/lab/lab.css", ".out.s200", "ok"], ["www/lab/lab.css", ".out.s304", "not"],
    ["www/lab/lab.css", ".out.s0", "silent"], ["www/lab/lab.css", ".strip i", "bad"],
    ["src/observe/page/page.css", ".c-ok", "ok"], ["src/observe/page/page.css", ".c-not", "not"],
    ["src/observe/page/page.css", ".c-part", "part"],
    ["src/observe/page/page.css", ".c-other", "other"],
    ["src/observe/page/page.css", ".c-bad", "bad"],
    ["src/observe/page/page.css", ".tag.silent", "silent"],
    ["src/observe/page/page.css", "svg .e-client", "client"],
    ["src/observe/page/page.css", "svg .e-server", "server"],
    ["src/observe/page/page.css", "svg .e-timeout", "server"],
    ["src/observe/page/page.css", "svg .e-reset", "bad"],
    ...["200:ok", "304:not", "206:part", "other:other", "err:bad", "no:silent"].map(row =>
        ["lab/etagdlab/report.css", `.b${row.split(":")[0]}`, row.split(":")[1]]),
    ["lab/etagdlab/report.css", "tr.ask", "client"], ["lab/etagdlab/report.css", "tr.end", "soft"],
    ["lab/etagdlab/report.css", "svg .fin.server", "server"]])
    test(`${sheet}: ${selector} is ${meaning}`, () => {
        const begin = sheets[sheet].split(`${selector} {`)[1];
        assert.ok(begin, "there is no such rule");
        const rule = begin.slice(0, begin.indexOf("}"));
        const used = [...rule.matchAll(/var\(--([\w-]+)/g)].map(m => m[1].replace("-soft", ""));
        assert.ok(used.includes(meaning), rule);
        assert.deepEqual(used.filter(u => !["idle", meaning].includes(u)), [], rule);
    });

// WCAG 2.2, 1.4.3
function luminance(hex) {
    const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
}

const WORDS = ["ok", "not", "part", "other", "bad", "silent"];
for (const [name, colours] of [["light", schemes[0]], ["dark", schemes[1]]])
    test(`what is written can be read: ${name}`, () => {
        const pairs = [...WORDS.flatMap(w => [[w, "sheet"], [w, "paper"], [w, `${w}-soft`]]),
                       ...["ok", "not", "part", "other", "bad", "client", "server"]
                           .map(w => ["on", w]),
                       ...["sheet", "paper", "lane"].flatMap(on => [["ink", on], ["soft", on]]),
                       ["accent", "sheet"], ["client", "sheet"], ["server", "sheet"]];
        for (const [text, ground] of pairs) {
            const found = contrast(colours[text], colours[ground]);
            assert.ok(found >= 4.5, `${text} on ${ground}: ${found.toFixed(2)}`);
        }
    });
