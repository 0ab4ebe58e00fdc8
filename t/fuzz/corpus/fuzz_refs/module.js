import a,{b as "c d"} from "./a.js";export*from"/b.js";const r=/[/"]/g,t=`${`${import("./c.js")}`}`;// x
f(...import("./d.js",{}))/2