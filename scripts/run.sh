#!/usr/bin/env bash
# Starts the server and, beside it, the archive pass; ends both together.
set -euo pipefail
cd "$(dirname "$0")/.."

target/release/movie-together "$@" &
server=$!
ETL_SCHEDULE="${ETL_SCHEDULE:-0 * * * * *}" target/release/movie-together-etl &
etl=$!

stop() {
    trap - INT TERM EXIT
    kill "$server" "$etl" 2>/dev/null || true
    wait "$server" "$etl" 2>/dev/null || true
}
trap stop INT TERM EXIT
# Whichever ends first ends the other.
wait -n "$server" "$etl"
