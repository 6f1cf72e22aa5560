-- wrk.lua: the requests of the benchmark. Every thread makes its requests before it starts, so that the clock sees the
-- server and not string formatting; accounts are taken at random, shops to enable one after the other.
--
--   wrk ... -s wrk.lua URL -- MODE      constant | status | transactions | sso | enable
--   wrk ... -s wrk.lua URL -- notices FILE    each line once (path, headers, body; by tabs), until all are answered

local ENABLED, ACCOUNTS, THREADS = 20000, 100000, 2
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

local function head(verb, path, account)
    local lines = { verb .. " " .. path .. " HTTP/1.1", "Host: " .. wrk.host .. ":" .. wrk.port }
    if account then lines[#lines + 1] = string.format("Cookie: sid=bench-%06d", account) end
    return lines
end

local function get(path, account)
    return table.concat(head("GET", path, account), "\r\n") .. "\r\n\r\n"
end

local function post(path, account, body)
    local lines = head("POST", path, account)
    lines[#lines + 1] = "Origin: http://" .. wrk.host .. ":" .. wrk.port
    lines[#lines + 1] = "Content-Type: application/json"
    lines[#lines + 1] = "Content-Length: " .. #body
    return table.concat(lines, "\r\n") .. "\r\n\r\n" .. body
end

local make = {
    constant = function() return get("/healthz") end,
    status = function(n) return get("/api/shops/" .. n .. "/chatbot/status", n) end,
    transactions = function(n) return get("/api/billing/transactions?limit=50", n) end,
    sso = function(n) return post("/api/shops/" .. n .. "/sso/issue", n, '{"role":"admin"}') end,
    enable = function(n) return post("/api/shops/" .. n .. "/chatbot/enable", n, "{}") end,
}
local range = { constant = { 1, 1 }, status = { 1, ENABLED }, transactions = { 1, 10000 }, sso = { 1, ENABLED },
                enable = { ENABLED + 1, ACCOUNTS } }

local list, at, in_order, spare, tries = {}, 0, false, nil, true
local began, now

-- A line of the file: a request that somebody has signed. When all are answered the thread says how long that took, and
-- ends (wrk itself sleeps on until it is told to stop); until then a connection that has none left asks for the constant
-- answer.
local function read_notices(file)
    local ffi = require("ffi")
    ffi.cdef("struct bench_time { long s, us; }; int gettimeofday(struct bench_time *t, void *zone);")
    local t, n, answered = ffi.new("struct bench_time"), 0, 0
    now = function()
        ffi.C.gettimeofday(t, nil)
        return tonumber(t.s) + tonumber(t.us) / 1e6
    end
    for line in io.lines(file) do
        if n % THREADS == number then
            local path, headers, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
            list[#list + 1] = "POST " .. path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n" ..
                headers:gsub("|", "\r\n") .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
        end
        n = n + 1
    end
    spare = get("/healthz")
    function response(status, headers, body)
        if status ~= 200 or not body or body:sub(1, 1) ~= "{" then answered = answered + 1 end
        if answered ~= #list then return end
        answered = answered + 1
        io.write(string.format("ENDED %.4f\n", now() - began))
        io.flush()
        wrk.thread:stop()
    end
end

function init(args)
    local mode = args[1]
    if mode == "notices" then
        in_order = true
        return read_notices(args[2])
    end
    math.randomseed(number + 1)
    in_order = mode == "enable"
    local first, last = range[mode][1], range[mode][2]
    local step = mode == "constant" and 1 or THREADS
    for n = first + (mode == "constant" and 0 or number), last, step do list[#list + 1] = make[mode](n) end
end

function request()
    if tries and spare then          -- wrk asks once to see whether it can, and sends that to nobody
        tries = false
        return spare
    end
    at = in_order and at + 1 or math.random(#list)
    if spare and not began then began = now() end
    return list[at] or spare         -- none is left, and none to spare: wrk ends with an error
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format('RESULT {"requests":%d,"seconds":%.3f,"bytes":%d,"bad":%d,"late":%d,"p50_ms":%.2f,"p99_ms":%.2f}\n',
        summary.requests, summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status, e.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
