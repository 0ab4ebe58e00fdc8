-- SPDX-License-Identifier: MIT
--
-- etagd.lua: the server's own account of a capture, as fields in Wireshark and
-- tshark: which worker had a connection, which request on it this is, why a
-- response has its status, which connection was never used and who ended it.
--
-- The account is the observer's ledger (/connections.jsonl), the access log in
-- JSON form, or what `etagd lab -w` writes beside its capture.  It is looked for
--   1. where the preference "etagd.ledger" says,
--   2. where $ETAGD_LEDGER says,
--   3. beside the capture that was named on the command line: NAME.jsonl,
--      connections.jsonl, access.jsonl.
--
--   tshark -X lua_script:etagd.lua -r lab.pcapng -Y etagd -T fields \
--       -e frame.number -e etagd.note
--   wireshark -X lua_script:etagd.lua -r lab.pcapng
--
-- (not as root, for whom Wireshark 4.4 and newer run no scripts: the fields are
-- then "not valid")
--
-- or copy it into the folder of Lua plugins that "tshark -G folders" names.  A
-- column: Preferences, Columns, type "Custom", field "etagd.note".  Filters:
-- etagd.unused, etagd.status == 304, etagd.worker == 2, etagd.reason.

local etagd = Proto("etagd", "etagd's account")
local f = etagd.fields
f.worker = ProtoField.uint32("etagd.worker", "Worker")
f.connection = ProtoField.uint32("etagd.connection", "Connection of the worker")
f.unused = ProtoField.bool("etagd.unused", "Never used")
f.request = ProtoField.uint32("etagd.request", "Request of the connection")
f.target = ProtoField.string("etagd.target", "Target")
f.status = ProtoField.uint32("etagd.status", "Status")
f.reason = ProtoField.string("etagd.reason", "Why that status")
f.section = ProtoField.string("etagd.section", "By which rule")
f.bytes = ProtoField.uint64("etagd.bytes", "Bytes of content")
f.took = ProtoField.uint64("etagd.took_us", "Time taken, in us")
f.ending = ProtoField.string("etagd.end", "How the connection ended")
f.closer = ProtoField.string("etagd.closed_first", "Closed first by")
f.note = ProtoField.string("etagd.note", "Note")

etagd.prefs.ledger = Pref.string("Ledger", "",
    "File with the observer's ledger or the access log in JSON form")
etagd.prefs.info = Pref.bool("Notes in the Info column", false,
    "Add the note to the Info column")

local get = {
    stream = Field.new("tcp.stream"), source = Field.new("tcp.srcport"),
    destination = Field.new("tcp.dstport"), fin = Field.new("tcp.flags.fin"),
    syn = Field.new("tcp.flags.syn"), reset = Field.new("tcp.flags.reset"),
    method = Field.new("http.request.method"),
    code = Field.new("http.response.code"),
}

-- JSON ----------------------------------------------------------------------

local DEEPEST = 50

local function blank(s, i)
    return s:find("[^ \t\r\n]", i) or #s + 1
end

local function utf8_of(code)
    if code < 0x80 then return string.char(code) end
    if code < 0x800 then
        return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
    end
    return string.char(0xE0 + math.floor(code / 4096),
        0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
end

local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function text(s, i)
    local out = {}
    while true do
        local j = s:find('["\\]', i)
        if not j then error("a string does not end") end
        out[#out + 1] = s:sub(i, j - 1)
        if s:sub(j, j) == '"' then return table.concat(out), j + 1 end
        local c = s:sub(j + 1, j + 1)
        if c == "u" then
            out[#out + 1] = utf8_of(tonumber(s:sub(j + 2, j + 5), 16) or 63)
            i = j + 6
        else
            out[#out + 1] = ESCAPES[c] or c
            i = j + 2
        end
    end
end

local value

local function members(s, i, close, deep, read)
    i = blank(s, i)
    if s:sub(i, i) == close then return i + 1 end
    while true do
        i = blank(s, read(i))
        local c = s:sub(i, i)
        if c == close then return i + 1 end
        if c ~= "," then error("a comma is missing") end
        i = blank(s, i + 1)
    end
end

function value(s, i, deep)
    if deep > DEEPEST then error("too deep") end
    i = blank(s, i)
    local c = s:sub(i, i)
    if c == '"' then return text(s, i + 1) end
    if c == "{" then
        local found = {}
        return found, members(s, i + 1, "}", deep, function(at)
            if s:sub(at, at) ~= '"' then error("a name is missing") end
            local name, behind = text(s, at + 1)
            behind = blank(s, behind)
            if s:sub(behind, behind) ~= ":" then error("a colon is missing") end
            found[name], behind = value(s, behind + 1, deep + 1)
            return behind
        end)
    end
    if c == "[" then
        local found = {}
        return found, members(s, i + 1, "]", deep, function(at)
            local item, behind = value(s, at, deep + 1)
            found[#found + 1] = item
            return behind
        end)
    end
    local word = s:match("^[%w.+-]+", i) or error("no value")
    local plain = { ["true"] = true, ["false"] = false }
    if plain[word] ~= nil then return plain[word], i + #word end
    if word == "null" then return nil, i + #word end
    return tonumber(word) or error("no number"), i + #word
end

-- The ledger -----------------------------------------------------------------

local ports = {}    -- by the client's port: connections, in order
local streams = {}  -- by tcp.stream: its connection, or false
local counts = {}   -- by tcp.stream: requests and responses so far
local frames = {}   -- by frame: what was found at the first pass
local loaded = nil  -- the file that is in `ports`

local DAY = 86400

-- Others may have written the file: what is no whole number or no text is not
-- told.
local function whole(x)
    x = tonumber(x)
    if not x or x ~= math.floor(x) or x < 0 or x >= 2 ^ 53 then return nil end
    return math.floor(x)
end

local function small(x)
    x = whole(x)
    return x and x < 2 ^ 32 and x or nil
end

local function words(x)
    return type(x) == "string" and x or nil
end

-- Seconds since 1970 of "2026-11-28T10:23:40.900867Z" or of microseconds.
local function seconds(t)
    if type(t) == "number" then   -- (of 0 the observer does not know)
        return t > 1e14 and t / 1e6 or t > 1e11 and t / 1e3 or t > 0 and t or
            nil
    end
    if type(t) ~= "string" then return nil end
    local y, m, d, h, min, s = t:match(
        "^(%d+)-(%d+)-(%d+)T(%d+):(%d+):([%d.]+)")
    if not y then return nil end
    y, m, d = tonumber(y), tonumber(m), tonumber(d)
    if m <= 2 then y, m = y - 1, m + 12 end
    local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) +
        math.floor(y / 400) + math.floor((153 * m - 457) / 5) + d - 306
    return (days - 719163) * DAY + h * 3600 + min * 60 + tonumber(s)
end

local function later(a, b)
    return a and b and math.max(a, b) or a or b
end

local function known(entry, log)
    local port = small(entry.port)
    if not port then return nil end
    local worker, connection = small(entry.worker), small(entry.connection)
    local list = ports[port] or {}
    ports[port] = list
    local c
    if log then      -- a line of the access log: one request
        c = list[#list]
        if not c or c.worker ~= worker or c.connection ~= connection then
            c = nil
        end
    end
    if not c then
        c = { worker = worker, connection = connection, log = log,
              time = seconds(entry.opened_us) or seconds(entry.time),
              requests = {} }
        list[#list + 1] = c
    end
    c.last = later(later(c.last, seconds(entry.ended_us)),
                   seconds(entry.time or entry.opened_us))
    return c
end

local function add_request(c, entry, n)
    n = small(entry.request) or small(entry.number) or n
    local first, sent = whole(entry.first_us), whole(entry.sent_us)
    c.last = later(c.last, seconds(sent))
    c.requests[n] = {
        status = small(entry.status), section = words(entry.section),
        reason = words(entry.fault) or words(entry.reason),
        bytes = whole(entry.bytes), target = words(entry.target),
        took = whole(entry.duration_us) or
            (sent and first and whole(sent - first)),
    }
end

local function add(entry)
    if type(entry) ~= "table" then return end
    local log = entry.status ~= nil and (entry.target or entry.method)
    local c = known(entry, log)
    if not c then return end
    if log then
        add_request(c, entry, #c.requests + 1)
        if entry["end"] ~= "sent" and entry["end"] ~= "open" then
            c.ending = words(entry["end"])
        end
        return
    end
    c.ending, c.closer = words(entry["end"]), words(entry.closed_first)
    if type(entry.request_list) == "table" then
        for i, r in ipairs(entry.request_list) do
            if type(r) == "table" then add_request(c, r, i) end
        end
    end
    c.unused = entry.unused
    if type(c.unused) ~= "boolean" then c.unused = #c.requests == 0 end
end

local function exists(path)
    local file = path and path ~= "" and io.open(path, "r")
    local there = file and (file:read(0) or file:seek("end") == 0)
    if file then file:close() end
    return there and path or nil    -- a folder can be opened, and not read
end

-- Lua is not told the capture's name; the command line has it.
local function beside()
    local file = io.open("/proc/self/cmdline", "rb")
    if not file then return nil end
    local line = file:read("*a") or ""
    file:close()
    for word in line:gmatch("[^%z]+") do
        word = word:gsub("^%-r", "")
        local stem = word:match("^(.+)%.pcapng$") or word:match("^(.+)%.pcap$")
        local folder = word:match("^(.*/)") or ""
        local found = stem and (exists(stem .. ".jsonl") or
            exists(folder .. "connections.jsonl") or
            exists(folder .. "access.jsonl"))
        if found then return found end
    end
    return nil
end

local function load()
    local path = exists(etagd.prefs.ledger) or
        exists(os.getenv("ETAGD_LEDGER")) or beside()
    if path == loaded then return end
    ports, loaded = {}, path
    if not path then return end
    for line in io.lines(path) do
        local good, entry = pcall(value, line, 1, 0)
        if good then pcall(add, entry) end
    end
end

function etagd.init()
    streams, counts, frames, loaded = {}, {}, {}, nil
    load()
end

function etagd.prefs_changed()
    streams, counts, frames = {}, {}, {}
    load()
end

-- Packets ----------------------------------------------------------------------

-- How far the connection may lie from the stream's first packet, in seconds:
-- another run's has nothing to do with it.  A capture may begin within it, a
-- line of the access log long after it was opened.
local NEAR, NEAR_LOG = 60, 600

local function far(c, time)
    local near = c.log and NEAR_LOG or NEAR
    return c.time and (time < c.time - near or
        c.last and time > c.last + near)
end

-- A port that came twice: the connection that began nearest to its first
-- packet.
local function connection_of(number, a, b, time)
    if streams[number] ~= nil then return streams[number] end
    local best, distance = false, math.huge
    for _, port in ipairs({ a, b }) do
        for _, c in ipairs(ports[port] or {}) do
            local away = c.time and math.abs(c.time - time) or 0
            if away < distance and not far(c, time) then best, distance = c, away end
        end
    end
    streams[number] = best
    return best
end

local function is_set(info)
    if not info then return false end
    local v = info.value
    return v == true or v == 1
end

-- What this packet begins: numbers of requests and responses.
local function numbers(frame, stream, visited)
    if visited or frames[frame] then return frames[frame] or {} end
    local count = counts[stream] or { asked = 0, answered = 0 }
    local found = { asked = {}, answered = {} }
    for _ in ipairs({ get.method() }) do
        count.asked = count.asked + 1
        found.asked[#found.asked + 1] = count.asked
    end
    for _, code in ipairs({ get.code() }) do
        if code.value >= 200 or code.value < 100 then
            count.answered = count.answered + 1
            found.answered[#found.answered + 1] = count.answered
        end
    end
    counts[stream], frames[frame] = count, found
    return found
end

local function note_of(c, found)
    local said = {}
    if is_set(get.syn()) then
        local by = c.worker and ("accepted by worker " .. c.worker) or "accepted"
        said[#said + 1] = by .. (c.unused and ", never used" or "")
    end
    for _, n in ipairs(found.asked or {}) do
        said[#said + 1] = "request " .. n
    end
    for _, n in ipairs(found.answered or {}) do
        local r = c.requests[n]
        if r then
            said[#said + 1] = (r.status or "?") .. ": " ..
                tostring(r.section or r.reason or "?")
        end
    end
    if (is_set(get.fin()) or is_set(get.reset())) and c.ending then
        said[#said + 1] = c.ending
    end
    return table.concat(said, "; ")
end

local function put(tree, field, content)
    if content ~= nil then tree:add(field, content):set_generated() end
end

local function show(tree, c, found)
    put(tree, f.worker, c.worker)
    put(tree, f.connection, c.connection)
    put(tree, f.unused, c.unused == true)
    for _, n in ipairs(found.asked or {}) do
        put(tree, f.request, n)
        put(tree, f.target, c.requests[n] and c.requests[n].target)
    end
    for _, n in ipairs(found.answered or {}) do
        local r = c.requests[n]
        put(tree, f.request, n)
        if r then
            put(tree, f.status, r.status)
            put(tree, f.reason, r.reason)
            put(tree, f.section, r.section)
            if r.bytes then put(tree, f.bytes, UInt64(r.bytes)) end
            if r.took then put(tree, f.took, UInt64(r.took)) end
        end
    end
    if is_set(get.fin()) or is_set(get.reset()) then
        put(tree, f.ending, c.ending)
        put(tree, f.closer, c.closer)
    end
end

function etagd.dissector(buffer, pinfo, root)
    local stream = get.stream()
    if not stream or not loaded then return end
    local c = connection_of(stream.value, get.source().value,
        get.destination().value, pinfo.abs_ts)
    if not c then return end
    local found = numbers(pinfo.number, stream.value, pinfo.visited)
    local tree = root:add(etagd)
    tree:set_generated()
    show(tree, c, found)
    local note = note_of(c, found)
    if note ~= "" then
        put(tree, f.note, note)
        tree:append_text(": " .. note)
        if etagd.prefs.info then
            pinfo.cols.info:append(" [etagd: " .. note .. "]")
        end
    end
end

register_postdissector(etagd)
