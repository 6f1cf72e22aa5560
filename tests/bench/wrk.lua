-- wrk.lua: the requests of the benchmark. Every thread makes its requests before it starts, so that the clock sees the
-- server and not string formatting; accounts are taken at random, shops to enable one after the other.
--
--   wrk ... -s wrk.lua URL -- MODE      constant | status | transactions | sso | enable

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

local list, at, in_order = {}, 0, false

function init(args)
    local mode = args[1]
    math.randomseed(number + 1)
    in_order = mode == "enable"
    local first, last = range[mode][1], range[mode][2]
    local step = mode == "constant" and 1 or THREADS
    for n = first + (mode == "constant" and 0 or number), last, step do list[#list + 1] = make[mode](n) end
end

function request()
    at = in_order and at + 1 or math.random(#list)
    return list[at]                  -- none is left: wrk ends with an error
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format('RESULT {"requests":%d,"seconds":%.3f,"bytes":%d,"bad":%d,"late":%d,"p50_ms":%.2f,"p99_ms":%.2f}\n',
        summary.requests, summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status, e.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
