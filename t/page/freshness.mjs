// SPDX-License-Identifier: MIT
// The page's idea of freshness against t/data/freshness.tsv.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { policyOf } from "../../src/observe/page/freshness.js";

const DATE = 1_700_000_000;
const NAMES = ["rfc", "cache-control", "pragma", "vary", "age", "expires", "last-modified",
               "late", "fresh", "stale", "by", "name"];
const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

function date(cell) {
    const [, form, text] = /^(?:(850|asctime|text):)?(.*)$/.exec(cell);
    if (form === "text" || cell === "")
        return text;
    const d = new Date((DATE + Number(text)) * 1000), imf = d.toUTCString();
    const [day, dd, month, year, time] = imf.replace(",", "").split(" ");
    assert.equal(MONTHS.indexOf(month), d.getUTCMonth() * 3);
    const long = { Tue: "Tuesday", Wed: "Wednesday" };
    if (form === "850")
        return `${long[day]}, ${dd}-${month}-${year.slice(2)} ${time} GMT`;
    return form === "asctime" ? `${day} ${month} ${dd.replace(/^0/, " ")} ${time} ${year}` : imf;
}

const rows = readFileSync(new URL("../data/freshness.tsv", import.meta.url), "utf8")
    .split("\n").filter(l => l && !l.startsWith("#"))
    .map(l => Object.fromEntries(l.split("\t").map((c, i) => [NAMES[i], c])));

test("there are rows", () => assert.ok(rows.length >= 60));
for (const row of rows)
    test(`${row.name} (${row.rfc})`, () => {
        const fields = [["Date", new Date(DATE * 1000).toUTCString()]];
        for (const name of NAMES.slice(1, 7)) {
            if (row[name] === "-")
                continue;
            const cell = row[name] === '""' ? "" : row[name];
            fields.push([name, name === "expires" || name === "last-modified" ? date(cell) : cell]);
        }
        // at some place within the second: a Date has whole ones
        const p = policyOf(fields, (DATE + Number(row.late)) * 1000 + 400);
        assert.deepEqual({ fresh: p.ms / 1000, stale: p.swr / 1000, by: p.by },
                         { fresh: Number(row.fresh), stale: Number(row.stale), by: row.by });
    });
