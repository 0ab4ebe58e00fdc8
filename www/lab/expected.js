/* expected.js: what is expected of a picture, by what browsers are known to do
   (policies.json).  Outcomes:

   "200"  all bytes on the wire        "304"  asked, the copy was still good
   "0"    not asked: a cache answered  "~"    shown at once, asked behind it */

/* Kinds of load, and their columns in the table. */
const COLUMNS = { first: "first", self: "link", reload: "reload", hard: "hard",
                  tab: "tab", img: "insert" };

export const KINDS = Object.keys(COLUMNS);

/* Date has whole seconds, so an answer may be old up to a second too soon:
   close to the edge both are right. */
const EDGE_BEFORE_S = 1.3, EDGE_AFTER_S = 0.4;

/* What holds of a tile so many seconds after its last answer: a step, or two. */
function stepsAt(steps, since) {
    return steps.filter((step, i) => {
        const from = (step.from || 0) - EDGE_BEFORE_S;
        const until = (steps[i + 1] || { from: Infinity }).from + EDGE_AFTER_S;
        return (i === 0 || since > from) && since < until;
    });
}

function outcomes(table, step, kind, firefox) {
    const policy = table.policies[step.policy];
    const column = COLUMNS[kind];
    const usual = policy.visits.split(" ")[table.actions.split(" ").indexOf(column)];
    const word = firefox && policy.firefox && policy.firefox[column] || usual;
    /* it is asked for, if the guess is over */
    return step.guess && word === "304" ? ["304", "0"] : [word];
}

/* All that is right for this tile; nothing: not known.  since: seconds from its
   last answer on. */
export function expectedFor(table, tile, kind, since, firefox) {
    if (!COLUMNS[kind])
        return [];
    const all = stepsAt(table.tiles[tile], since).flatMap((step) =>
        outcomes(table, step, kind, firefox));
    return [...new Set(all)];
}

/* "asked": Firefox can't tell a 304 from a 200. */
export function fits(seen, expected) {
    const plain = expected.map((e) => e === "~" ? "0" : e);
    if (seen === "asked")
        return plain.some((e) => e !== "0");
    return plain.includes(seen);
}
