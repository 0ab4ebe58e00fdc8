// SPDX-License-Identifier: MIT
// guide: what to try, on pages that are there, and which of it has been seen.

// What is served, as /foresight tells: {path: visits}.
function known(foresight) {
    return new Map((foresight?.paths ?? []).map(p => [p.path, p.visits]));
}

// Each item: its word, the page that it is done on, and the path that it speaks of.
export function guideOf(foresight) {
    const paths = known(foresight), one = paths.has("/one.html") ? "/one.html" : "/";
    const silent = [...paths].find(([, visits]) => visits.link === "-")?.[0];
    const picture = paths.has("/logo.png") ? "/logo.png"
        : [...paths.keys()].find(path => /\.(png|jpe?g|gif|svg|webp|avif)$/.test(path));
    return [{ name: "two", word: "guide_two", page: one },
            { name: "silent", word: silent || !paths.size ? "guide_silent" : "guide_silent_none",
              page: "/", path: silent ?? "/logo.png" },
            { name: "choose", word: "guide_choose", page: one, path: picture ?? "/logo.png" }];
}

const GRANTED = ["why_fresh", "why_immutable", "why_heuristic"];

// Has it happened, as far as this page has seen?
const HAPPENED = {
    two: (model, now) => model.loads.some(l => model.spares(l, now).length),
    silent: (model, now) => model.loads.some(l =>
        model.silent(l, now).found.some(f => GRANTED.includes(f.why))),
    choose: model => model.changed,
};

// Adds the names of what has been seen; true: there are new ones.
export function observeGuide(seen, model, now) {
    const before = seen.size;
    for (const [name, happened] of Object.entries(HAPPENED))
        if (!seen.has(name) && happened(model, now))
            seen.add(name);
    return seen.size > before;
}
