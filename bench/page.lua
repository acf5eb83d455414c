-- page.lua: for wrk: the home page of a random customer, as HTML or JSON by KABINET_ACCEPT, with a bearer token.
local requests = {}

function init(_)
  local accept = os.getenv("KABINET_ACCEPT")
  for line in io.lines(os.getenv("KABINET_TOKENS")) do
    local token = line:match("^%S+ (%S+)$")
    requests[#requests + 1] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: " .. accept ..
      "\r\nAuthorization: Bearer " .. token .. "\r\n\r\n"
    if #requests == 20000 then break end
  end
end

function request() return requests[math.random(#requests)] end

function done(summary, latency, _)
  print(string.format("RESULT done %d refused_or_failed %d broken %d per_second %.0f p50_ms %.2f p99_ms %.2f",
    summary.requests - summary.errors.status, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
