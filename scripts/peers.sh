#!/bin/sh
# What else could hold the readings, on this machine, in one run: a plain file
# that is appended and synced (the physical limit), and PostgreSQL with one narrow
# row for each value, by COPY and by INSERT of many rows, 4,000 values (500 frames
# of 8 factors) a transaction. Beside them our own way from the wire to the answer.
# FRAMES sets how many frames each of them stores.
set -eu
cd "$(dirname "$0")/.."
frames=${FRAMES:-100000}
dir=$(mktemp -d)
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
as() { "$@"; }
[ "$(id -u)" != 0 ] || as() { setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$dir" "$@"; } # PostgreSQL refuses root
trap '[ ! -d "$dir/pg" ] || as "$bin/pg_ctl" -D "$dir/pg" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT
chmod 755 "$dir"
took() { # since: seconds with three digits
	echo "$(($(date +%s%N) - $1))" | awk '{printf "%.3f", $1 / 1e9}'
}
tell() { # name, seconds: frames a second
	awk -v n="$frames" -v s="$2" -v name="$1" 'BEGIN {printf "%s: %d frames in %.1f s, %.0f frames/s, %.0f values/s\n", name, n, s, n / s, 8 * n / s}'
}

# The same bytes, 128 kB (about 256 frames of 500 bytes) a sync.
began=$(date +%s%N)
dd if=/dev/zero of="$dir/raw" bs=128000 count=$((frames / 256)) oflag=append,dsync conv=notrunc 2>/dev/null
tell "plain file, append and sync" "$(took "$began")"
rm "$dir/raw"

if [ -n "$bin" ]; then
	mkdir "$dir/pg" && chmod 700 "$dir/pg"
	[ "$(id -u)" != 0 ] || chown nobody:nogroup "$dir/pg"
	as "$bin/initdb" -D "$dir/pg" -U postgres -A trust -E UTF8 --no-locale -N >/dev/null
	as "$bin/pg_ctl" -D "$dir/pg" -l "$dir/pg/log" -w -o "-h '' -k '$dir/pg' -c shared_buffers=256MB -c max_wal_size=4GB" start >/dev/null
	sql() { PGOPTIONS="-c client_min_messages=warning" psql -h "$dir/pg" -U postgres -q -v ON_ERROR_STOP=1 "$@"; }
	table() { sql -c "DROP TABLE IF EXISTS reading" -c "CREATE TABLE reading (device int, factor text, at bigint, value numeric, flag \"char\", PRIMARY KEY (device, factor, at))"; }
	rows() { # values, 4,000 a transaction, as SQL of the given form
		awk -v frames="$frames" -v form="$1" 'BEGIN {
			split("a21026 a21002 a34013 a19001 a01011 a01012 a01013 a00000", code, " ")
			for (from = 0; from < frames; from += 500) {
				print form == "copy" ? "COPY reading FROM STDIN;" : "INSERT INTO reading VALUES"
				for (i = 0; i < 500; i++) for (k = 1; k <= 8; k++) {
					n = from + i; value = (n * 7919 + k * 104729) % 9000 / 100 + 10
					if (form == "copy") printf "%d\t%s\t%d\t%.2f\tN\n", n % 1000, code[k], 1764000000 + int(n / 1000) * 30, value
					else printf "(%d,\047%s\047,%d,%.2f,\047N\047)%s\n", n % 1000, code[k], 1764000000 + int(n / 1000) * 30, value, i == 499 && k == 8 ? ";" : ","
				}
				if (form == "copy") print "\\."
			}
		}' >"$dir/$1.sql"
	}
	for form in copy insert; do
		rows $form
		table
		began=$(date +%s%N)
		sql -f "$dir/$form.sql"
		tell "PostgreSQL, narrow rows, $form" "$(took "$began")"
		echo "  on disk: $(sql -At -c "SELECT round(pg_total_relation_size('reading') / count(*)::numeric, 1) FROM reading") bytes a value, no raw frames"
		rm "$dir/$form.sql"
	done
else
	echo "PostgreSQL: not on this machine"
fi

echo "ours, wire to answer (load generator, rules and raw frames included): $(bin/qingshao bench ingest --json --seconds 10 --devices 1000 --dir "$dir" 2>/dev/null)"
