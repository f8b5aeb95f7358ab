-- For wrk: `wrk … -s load.lua URL -- DEPTH [JSON]` sends requests, DEPTH of them at a time, and prints one line
--     measured REQUESTS MICROSECONDS P50_US P99_US ERRORS MAX_US
-- They are GETs, or POSTs of the JSON that want base64 back, as the SDK of Upstash sends them. The latencies mean
-- something only when DEPTH is 1.

function init(args)
    local depth = tonumber(args[1]) or 1
    if args[2] then
        wrk.method = "POST"
        wrk.body = args[2]
        wrk.headers["Content-Type"] = "application/json"
        wrk.headers["Upstash-Encoding"] = "base64"
    end
    if depth > 1 then
        local bundle = string.rep(wrk.format(), depth)
        function request() return bundle end
    end
end

function done(summary, latency)
    local failed = summary.errors
    local errors = failed.connect + failed.read + failed.write + failed.status + failed.timeout
    io.write(string.format(
        "measured %d %d %d %d %d %d\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), errors, latency.max
    ))
end
