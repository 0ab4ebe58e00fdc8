// SPDX-License-Identifier: MIT
// What the page says of times and of connections, where that is put together.
import assert from "node:assert/strict";
import test from "node:test";

import { laneName } from "../../src/observe/page/draw.js";
import { since } from "../../src/observe/page/words.js";

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
