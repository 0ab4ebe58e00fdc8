/* expected.js: what browsers are expected to do with each picture, as measured
   in Chromium and Firefox.  One row a policy, one column a kind of load:

   "200"  all bytes on the wire        "304"  asked, the copy was still good
   "0"    not asked: a cache answered  "~"    shown at once, asked behind it

   after: seconds from the last answer until the second row holds.
   guess: how long depends on the age of the file; both are right. */
"use strict";

const KINDS = ["first", "self", "reload", "hard", "tab", "img"];

const EXPECTED = {
    "no-store":        [["200", "200", "200", "200", "200", "0"]],
    "nothing":         [["200", "200", "200", "200", "200", "0"]],
    "changing":        [["200", "200", "200", "200", "200", "0"]],

    "no-cache":        [["200", "304", "304", "200", "304", "0"]],
    "must-revalidate": [["200", "304", "304", "200", "304", "0"]],
    "pragma":          [["200", "304", "304", "200", "304", "0"]],
    "tag-only":        [["200", "304", "304", "200", "304", "0"]],
    "weak":            [["200", "304", "304", "200", "304", "0"]],

    "max-age":         [["200", "0", "0", "200", "0", "0"]],
    "max-age-5":       [["200", "0", "0", "200", "0", "0"],
                        ["200", "304", "304", "200", "304", "0"], { after: 5 }],
    "swr":             [["200", "0", "0", "200", "0", "0"],
                        ["200", "~", "~", "200", "~", "304"],
                        { after: 1, until: 61 }],
    "expires":         [["200", "0", "0", "200", "0", "0"]],
    "immutable":       [["200", "0", "0", "200", "0", "0"]],
    "private":         [["200", "0", "0", "200", "0", "0"]],
    "vary":            [["200", "0", "0", "200", "0", "0"]],

    "date-old":        [["200", "0", "0", "200", "0", "0"]],
    "tag-date":        [["200", "0", "0", "200", "0", "0"]],
    "date-new":        [["200", "304", "304", "200", "304", "0"],
                        { guess: true }],

    "late":            [["200", "304", "304", "200", "304", "0"]],
    "age":             [["200", "0", "0", "200", "0", "0"],
                        ["200", "304", "304", "200", "304", "0"], { after: 5 }],
    "mtime-size":      [["200", "304", "304", "200", "304", "0"]],
    "inode":           [["200", "304", "304", "200", "304", "0"]],
};
