#!/usr/bin/env bash
# http.sh [SECONDS]: requests a second of the HTTP server alone (bench_http_bench, one I/O thread) beside nginx's
# `return 200` (one worker), loaded by wrk in turns so that both see the same machine; prints the medians' ratio.
# Programs are looked for in $KABINET_BUILD. Wanted: a page without SQL at least 0.6 × nginx.
set -euo pipefail
seconds=${1:-5}
build=${KABINET_BUILD:-build/release}
port=18211 nginx_port=18212
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

cat >"$work/nginx.conf" <<END
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 2048; }
http {
    access_log off;
    keepalive_requests 1000000000;
    server {
        listen 127.0.0.1:$nginx_port reuseport;
        default_type application/json;
        add_header X-Content-Type-Options nosniff;
        location / { return 200 '{"message":"hello"}'; }
    }
}
END
nginx -c "$work/nginx.conf" -p "$work" &
"$build/bench_http_bench" $port $((seconds * 40 + 60)) >"$work/log" &
for _ in $(seq 50); do
    curl -sf "http://127.0.0.1:$port/simple" >/dev/null && curl -sf "http://127.0.0.1:$nginx_port/" >/dev/null && break
    sleep 0.1
done

rate() {
    wrk -t1 -c"$1" -d"$seconds" "$2" | awk '/^Requests\/sec/ {printf "%d\n", $2}'
}
median() {
    sort -n "$1" | awk '{line[NR] = $1} END {print line[int((NR + 1) / 2)]}'
}

for connections in 64 256 1000; do
    rm -f "$work"/*.rates
    for _ in 1 2 3; do
        rate $connections "http://127.0.0.1:$nginx_port/" >>"$work/nginx.rates"
        rate $connections "http://127.0.0.1:$port/simple" >>"$work/simple.rates"
        rate $connections "http://127.0.0.1:$port/elsewhere" >>"$work/elsewhere.rates"
    done
    nginx=$(median "$work/nginx.rates") simple=$(median "$work/simple.rates")
    elsewhere=$(median "$work/elsewhere.rates")
    awk -v c=$connections -v n="$nginx" -v s="$simple" -v e="$elsewhere" 'BEGIN {
        printf "%4d connections: nginx %d/s; answered at once %d/s (%.2f ×); ", c, n, s, s / n
        printf "from another thread %d/s (%.2f ×)\n", e, e / n }'
done
