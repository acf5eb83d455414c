-- authorise.lua: for wrk: each request is the next message of KABINET_MESSAGES ("AUTHORIZATION<tab>BODY" a line, signed by
-- who wrote them): processing asks whether a purchase may be paid. None is sent twice but when they are used up.
local lines, number = {}, 0

function init(_)
  for line in io.lines(os.getenv("KABINET_MESSAGES")) do lines[#lines + 1] = line end
end

function request()
  number = number + 1
  local authorization, body = lines[(number - 1) % #lines + 1]:match("^([^\t]+)\t(.+)$")
  return "POST /callbacks/processing HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n" ..
    "Content-Type: application/json\r\nAuthorization: " .. authorization .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency, _)
  print(string.format("RESULT done %d refused_or_failed %d broken %d per_second %.0f p50_ms %.2f p99_ms %.2f",
    summary.requests - summary.errors.status, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    (summary.requests - summary.errors.status) / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
