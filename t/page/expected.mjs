// SPDX-License-Identifier: MIT
// What the gallery expects of each picture: its script with the table that it reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const at = (name) => new URL(`../../www/lab/${name}`, import.meta.url);
// a module, which node would take for something else by its name
const source = readFileSync(at("expected.js"), "utf8");
const { KINDS, expectedFor, fits } =
    await import(`data:text/javascript,${encodeURIComponent(source)}`);
const table = JSON.parse(readFileSync(at("policies.json"), "utf8"));
const actions = table.actions.split(" ");

test("the table is whole", () => {
    for (const [name, row] of Object.entries(table.policies)) {
        const words = row.visits.split(" ");
        assert.equal(words.length, actions.length, name);
        for (const word of [...words, ...Object.values(row.firefox ?? {})])
            assert.ok(["200", "304", "0", "~", "."].includes(word), `${name}: ${word}`);
        for (const action of Object.keys(row.firefox ?? {}))
            assert.ok(actions.includes(action), `${name}: ${action}`);
    }
    for (const [tile, steps] of Object.entries(table.tiles)) {
        const from = steps.map(step => step.from ?? 0);
        assert.equal(from[0], 0, tile);
        assert.deepEqual(from, [...from].sort((a, b) => a - b), tile);
    }
});

test("each tile has an expectation for each kind of load", () => {
    const page = readFileSync(at("index.html"), "utf8");
    const tiles = [...page.matchAll(/class="tile[^>]* id="([^"]+)"/g)].map(m => m[1]);
    assert.deepEqual(tiles.sort(), Object.keys(table.tiles).sort());
    for (const tile of tiles) {
        for (const kind of KINDS) {
            for (const firefox of [false, true]) {
                const all = expectedFor(table, tile, kind, 0, firefox);
                assert.ok(all.length > 0, `${tile} ${kind}`);
                assert.ok(all.every(e => ["200", "304", "0", "~"].includes(e)), `${tile} ${kind}`);
            }
        }
    }
});

test("time goes on", () => {
    const at = (tile, kind, since) => expectedFor(table, tile, kind, since, false);
    assert.deepEqual(at("max-age-5", "self", 0), ["0"]);
    assert.deepEqual(at("max-age-5", "self", 3.6), ["0"]);
    assert.deepEqual(at("max-age-5", "self", 4), ["0", "304"]); // close to the edge
    assert.deepEqual(at("max-age-5", "self", 5.5), ["304"]);
    assert.deepEqual(at("swr", "self", 2), ["~"]);
    assert.deepEqual(at("swr", "self", 60), ["~", "304"]);
    assert.deepEqual(at("swr", "self", 62), ["304"]);
    assert.deepEqual(at("no-store", "self", 1e9), ["200"]);
});

test("a guess, a browser that differs, a kind that is none", () => {
    assert.deepEqual(expectedFor(table, "date-new", "self", 9, false), ["304", "0"]);
    assert.deepEqual(expectedFor(table, "date-new", "hard", 9, false), ["200"]);
    assert.deepEqual(expectedFor(table, "swr", "img", 9, false), ["304"]);
    assert.deepEqual(expectedFor(table, "swr", "img", 9, true), ["0"]);
    assert.deepEqual(expectedFor(table, "swr", "back", 9, false), []);
});

test("what was seen fits", () => {
    assert.ok(fits("0", ["~"]));
    assert.ok(fits("304", ["304", "0"]));
    assert.ok(!fits("200", ["304", "0"]));
    assert.ok(fits("asked", ["304"])); // Firefox
    assert.ok(!fits("asked", ["0"]));
});
