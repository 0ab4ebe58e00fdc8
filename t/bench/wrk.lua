-- wrk's script for every case.  Arguments: `plain`, `pipeline DEPTH`, or
-- `files PREFIX COUNT [BEGIN]` (PREFIX0000000.html ... in an order that does not
-- follow the disk, from that one of it on), or `list FILE` (its paths, one a line, in turn).  Ends with one line of JSON.
-- `request` is defined only where it is needed: without it wrk sends one
-- prepared buffer and Lua is not in the way.

local function pipelined(depth)
    local one = wrk.format()
    local all = string.rep(one, depth)
    request = function() return all end
end

local function many_files(prefix, count, begin)
    local all = {}
    for i = 0, count - 1 do
        all[i] = wrk.format("GET", string.format("%s%07d.html", prefix, i))
    end
    -- 7919 is prime and divides no count in use: every file has its turn
    local at = begin * 7919 % count
    request = function()
        at = (at + 7919) % count
        return all[at]
    end
end

local function listed(file)
    local all, at = {}, 0
    for path in io.lines(file) do
        all[#all + 1] = wrk.format("GET", path)
    end
    request = function()
        at = at % #all + 1
        return all[at]
    end
end

function init(args)
    if args[1] == "pipeline" then
        pipelined(tonumber(args[2]))
    elseif args[1] == "files" then
        many_files(args[2], tonumber(args[3]), tonumber(args[4] or 0))
    elseif args[1] == "list" then
        listed(args[2])
    end
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "seconds": %.6f, "bytes": %d, ' ..
        '"connect": %d, "read": %d, "write": %d, "status": %d, ' ..
        '"timeout": %d, "p50_us": %d, "p99_us": %d}\n',
        summary.requests, summary.duration / 1e6, summary.bytes,
        e.connect, e.read, e.write, e.status, e.timeout,
        latency:percentile(50), latency:percentile(99)))
end
