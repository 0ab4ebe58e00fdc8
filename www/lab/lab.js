/* lab.js: what the browser did with each picture, from its own resource timing,
   beside what was expected.  Nothing is sent anywhere; what was seen is kept in
   this browser until the cache is cleared. */
import { KINDS, expectedFor, fits } from "./expected.js";

const STORE = "etagd-lab";
const FIREFOX = /Firefox\//.test(navigator.userAgent);
/** @type {(css: string) => any[]} */
const all = (css) => [...document.querySelectorAll(css)];
const tiles = all(".tile");

/* -- what is remembered: seen[picture][kind] and answered[picture], ms */

function load(store) {
    try {
        return JSON.parse(store.getItem(STORE)) || null;
    } catch (e) {
        return null;
    }
}

function save(store, value) {
    try {
        store.setItem(STORE, JSON.stringify(value));
    } catch (e) { /* private windows: this load only */ }
}

const told = fetch("/lab/policies.json").then((r) => r.json());
let table = null;
let memory = load(localStorage);
const visited = memory !== null;
const sameTab = load(sessionStorage) !== null;
memory = memory || { seen: {}, answered: {} };

/* -- words */

let words = {};

function setLanguage(name) {
    words = WORDS[name] || WORDS.en;
    document.documentElement.lang = name;
    for (const e of all("[data-t]")) {
        e.dataset.en = e.dataset.en || e.innerHTML;
        e.innerHTML = words[e.dataset.t] || e.dataset.en;
    }
    for (const e of all("[data-t-label]"))
        e.setAttribute("aria-label", words[e.dataset.tLabel] || "Ways to load");
    for (const b of all("[data-lang]"))
        b.setAttribute("aria-pressed", String(b.dataset.lang === name));
    show();
}

function say(key) {
    return words[key] || WORDS.en[key] || key;
}

/* -- what kind of load this was */

function kindOfLoad() {
    /** @type {any} */
    const nav = performance.getEntriesByType("navigation")[0];
    if (nav.type === "reload")
        /* the page is revalidated: all its bytes mean that caches were left
           aside */
        return nav.transferSize > 300 && !FIREFOX ? "hard" : "reload";
    if (!visited)
        return "first";
    if (nav.type === "back_forward")
        return "back";
    return sameTab ? "self" : "tab";
}

/* -- what the browser did */

function outcome(entry) {
    if (!entry || entry.transferSize === 0)
        return "0";
    if (FIREFOX)
        return "asked";
    return entry.transferSize > 300 ? "200" : "304";
}

function pathOf(tile) {
    return "/lab/logo/" + tile.id + ".png";
}

function entriesSince(start) {
    const found = {};
    for (const e of performance.getEntriesByType("resource")) {
        const path = new URL(e.name).pathname;
        if (e.startTime >= start && !(path in found))
            found[path] = e;
    }
    return found;
}

/* What is right for this tile now (ms since 1970). */
function due(tile, kind, now) {
    const since = (now - (memory.answered[tile.id] || now)) / 1000;
    return table ? expectedFor(table, tile.id, kind, since, FIREFOX) : [];
}

/* -- showing it */

function chip(what, how) {
    const b = document.createElement("b");
    const names = { "0": say("silent"), "~": say("behind"),
                    "asked": say("asked") };
    b.className = "out " + how + " s" +
        ({ "~": "0", "asked": "304" }[what] || what);
    b.textContent = names[what] || what;
    return b;
}

function cell(tile, kind) {
    const seen = (memory.seen[tile.id] || {})[kind];
    const li = document.createElement("li");
    const label = document.createElement("span");
    const expected = due(tile, kind, performance.timeOrigin);
    label.textContent = say("k-" + kind);
    li.append(label);
    if (seen) {
        li.append(chip(seen.is, "seen"));
        li.classList.toggle("odd", !seen.right);
        li.title = say(seen.right ? "as-expected" : "unlike") + " " +
            seen.expected.map((e) => say("o-" + e)).join(" / ");
        if (!seen.right) {
            const note = document.createElement("i");
            note.textContent = "≠ " + seen.expected.map((e) =>
                chip(e, "").textContent).join("/");
            li.append(note);
        }
    } else {
        li.append(chip(expected[0] === undefined ? "0" : expected[0], "due"));
        li.title = say("not-yet");
    }
    li.classList.toggle("now", kind === current);
    return li;
}

let current = null;

function show() {
    for (const tile of tiles) {
        let strip = tile.querySelector(".strip");
        if (!strip) {
            strip = document.createElement("ul");
            strip.className = "strip";
            tile.append(strip);
        }
        strip.replaceChildren(...KINDS.map((k) => cell(tile, k)));
    }
    if (current)
        tell();
}

function tell() {
    const counts = {};
    let odd = 0;
    for (const tile of tiles) {
        const seen = (memory.seen[tile.id] || {})[current];
        if (seen) {
            counts[seen.is] = (counts[seen.is] || 0) + 1;
            odd += seen.right ? 0 : 1;
        }
    }
    const status = document.getElementById("status");
    const name = document.createElement("strong");
    name.textContent = say("l-" + current);
    status.replaceChildren(name);
    if (current === "back") {
        status.append(" " + say("back-note"));
        return;
    }
    for (const what of ["200", "304", "asked", "0"]) {
        if (counts[what])
            status.append(" ", chip(what, "seen"), " × " + counts[what]);
    }
    status.append(" · " + (odd ? say("some-odd").replace("%", odd)
                               : say("all-right")));
    /* for tests and for the curious */
    document.body.dataset.kind = current;
    document.body.dataset.odd = String(odd);
}

function record(kind, start) {
    const entries = entriesSince(start);
    current = kind;
    for (const tile of tiles) {
        const entry = entries[pathOf(tile)];
        const is = outcome(entry);
        const expected = due(tile, kind, performance.timeOrigin +
                             (entry ? entry.startTime : start));
        if (expected.length === 0)
            continue;
        memory.seen[tile.id] = memory.seen[tile.id] || {};
        memory.seen[tile.id][kind] = { is, expected,
                                       right: fits(is, expected) };
        if (is !== "0" || expected.includes("~"))
            memory.answered[tile.id] = entry ? performance.timeOrigin +
                entry.responseEnd : Date.now();
    }
    save(localStorage, memory);
    save(sessionStorage, true);
    show();
}

/* Removes each picture and puts in another element with the same address. */
async function insertAgain() {
    const start = performance.now();
    await Promise.all(tiles.map((tile) => {
        const old = tile.querySelector("img");
        const img = new Image(old.width, old.height);
        img.alt = "";
        const done = new Promise((r) => { img.onload = img.onerror = r; });
        img.src = pathOf(tile);
        old.replaceWith(img);
        return done;
    }));
    /* timing entries arrive a task later */
    setTimeout(() => record("img", start), 50);
}

document.getElementById("reload").onclick = () => location.reload();
document.getElementById("again").onclick = insertAgain;
document.getElementById("unsure").hidden = !FIREFOX;
for (const a of all(".observer"))
    a.href = location.protocol + "//" + location.hostname + ":5001/";
for (const b of all("[data-lang]")) {
    b.onclick = () => {
        memory.lang = b.dataset.lang;
        save(localStorage, memory);
        setLanguage(b.dataset.lang);
    };
}
addEventListener("pageshow", (e) => {
    if (e.persisted) {
        current = "back";
        show();
    }
});

const wanted = memory.lang ||
    ((navigator.languages || []).find((l) => /^(zh|en)/.test(l)) || "en");
setLanguage(wanted.startsWith("zh") ? "zh" : "en");

/* An entry is there when its picture is; the load event waits for all. */
async function begin() {
    table = await told;
    setTimeout(() => record(kindOfLoad(), 0), 50);
}
if (document.readyState === "complete")
    begin();
else
    addEventListener("load", begin);
