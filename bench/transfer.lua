-- transfer.lua: for wrk: each request is a transfer of 1.00 to 9.99 roubles between a random pair of customers, with the
-- payer's bearer token and an idempotency key of its own. KABINET_TOKENS names bench_fill's file; KABINET_CUSTOMERS says
-- how many customers there are (payees may be any of them). Prints what was answered at the end.
local tokens, customers, prefix, number = {}, 0, "", 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("id", #threads)
end

function init(_)
  for line in io.lines(os.getenv("KABINET_TOKENS")) do
    tokens[#tokens + 1] = line:match("^%S+ (%S+)$")
  end
  customers = tonumber(os.getenv("KABINET_CUSTOMERS") or #tokens)
  math.randomseed(os.time() + id)
  prefix = string.format("%x%x-%d-", os.time(), math.random(2 ^ 30), id)
  answered, refused, failed = 0, 0, 0
end

function request()
  number = number + 1
  local from = math.random(#tokens)
  local to = math.random(customers)
  if to == from then to = from % customers + 1 end
  local body = string.format('{"to":"+79%09d","sum":"%.2f"}', to - 1, math.random(100, 999) / 100)
  return wrk.format("POST", "/transfers", {
    ["Host"] = "127.0.0.1",
    ["Accept"] = "application/json",
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. tokens[from],
    ["Idempotency-Key"] = prefix .. number,
  }, body)
end

function response(status, _, body)
  if status == 201 then answered = answered + 1
  elseif status < 500 then
    refused = refused + 1
    if refused == 1 then io.stderr:write(status, " ", body, "\n") end
  else failed = failed + 1 end
end

function done(summary, latency, _)
  local sum = {answered = 0, refused = 0, failed = 0}
  for _, thread in ipairs(threads) do
    for key in pairs(sum) do sum[key] = sum[key] + (thread:get(key) or 0) end
  end
  print(string.format("RESULT done %d refused %d failed %d per_second %.0f p50_ms %.2f p99_ms %.2f errors %d",
    sum.answered, sum.refused, sum.failed, sum.answered / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
