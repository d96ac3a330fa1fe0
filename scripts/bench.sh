#!/bin/sh
# Whole-process figures of the built program: size, start, idle memory, decoding
# and ingest. The figures of single paths come from the Go benchmarks (make bench).
set -eu
cd "$(dirname "$0")/.."
pid=; dir=$(mktemp -d); trap '[ -z "$pid" ] || kill $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
port=$((20000 + $$ % 20000))
echo "binary: $(stat -c %s bin/qingshao) bytes"
for round in first second third; do
	began=$(date +%s%N)
	bin/qingshao serve --data "$dir/data" --listen 127.0.0.1:$port --hj212 127.0.0.1:$((port + 1)) >/dev/null 2>"$dir/log" & pid=$!
	until curl -fs -o /dev/null "http://127.0.0.1:$port/readyz"; do
		kill -0 $pid 2>/dev/null || { cat "$dir/log"; exit 1; }
		sleep 0.005
	done
	echo "start to ready ($round): $((($(date +%s%N) - began) / 1000000)) ms"
	if [ $round = third ]; then
		sleep 10
		echo "idle memory after 10 s: $(awk '/VmRSS/ {print $2}' /proc/$pid/status) kB"
	fi
	kill -TERM $pid
	wait $pid
done
pid=
echo "decode: $(bin/qingshao bench decode --json)"
for rate in 10000 0; do
	echo "ingest (rate $rate): $(bin/qingshao bench ingest --json --seconds "${SECONDS_EACH:-20}" --devices 1000 --rate $rate --dir "$dir" 2>/dev/null)"
done
echo "desk: $(bin/qingshao bench desk --json --clues "${CLUES:-1000000}" --issues "${ISSUES:-200000}" --dir "$dir" 2>/dev/null)"
