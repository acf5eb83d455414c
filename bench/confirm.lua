-- confirm.lua: for wrk: each request confirms the next payment of KABINET_PAYMENTS ("TOKEN ID" a line); after the last one
-- the first again, which is told what became of it.
local lines, number = {}, 0

function init(_)
  for line in io.lines(os.getenv("KABINET_PAYMENTS")) do lines[#lines + 1] = line end
end

function request()
  number = number + 1
  local token, id = lines[(number - 1) % #lines + 1]:match("^(%S+) (%S+)$")
  return "POST /payments/" .. id .. "/confirm HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n" ..
    "Content-Type: application/json\r\nAuthorization: Bearer " .. token .. "\r\nIdempotency-Key: confirm-" .. id ..
    "\r\nContent-Length: 2\r\n\r\n{}"
end


function done(summary, latency, _)
  print(string.format("RESULT done %d refused_or_failed %d broken %d p50_ms %.2f p99_ms %.2f",
    summary.requests - summary.errors.status, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
