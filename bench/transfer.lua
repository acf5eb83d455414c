-- transfer.lua: for wrk: each request is a transfer of 1.00 to 9.99 roubles between a random pair of customers, with the
-- payer's bearer token and an idempotency key of its own. KABINET_TOKENS names bench_fill's file; KABINET_CUSTOMERS says
-- how many customers there are (payees may be any of them). It makes the bytes itself and looks at no answer, so that the
-- load costs little beside what it measures; wrk counts every status above 399.
local tokens, customers, prefix, number = {}, 0, "", 0
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init(_)
  for line in io.lines(os.getenv("KABINET_TOKENS")) do
    tokens[#tokens + 1] = line:match("^%S+ (%S+)$")
  end
  customers = tonumber(os.getenv("KABINET_CUSTOMERS") or #tokens)
  math.randomseed(os.time() + id)
  prefix = string.format("%x%x-%d-", os.time(), math.random(2 ^ 30), id)
end

local random, format = math.random, string.format

function request()
  number = number + 1
  local from = random(#tokens)
  local to = random(customers)
  if to == from then to = from % customers + 1 end
  local key = prefix .. number
  return "POST /transfers HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n" ..
    "Authorization: Bearer " .. tokens[from] .. "\r\nIdempotency-Key: " .. key .. "\r\nContent-Length: 34\r\n\r\n" ..
    format('{"to":"+79%09d","sum":"%.2f"}', to - 1, random(100, 999) / 100)
end

function done(summary, latency, _)
  print(format("RESULT done %d refused_or_failed %d broken %d per_second %.0f p50_ms %.2f p99_ms %.2f",
    summary.requests - summary.errors.status, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    (summary.requests - summary.errors.status) / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
