#!/usr/bin/env bash
# Starts the server and, beside it, the archive pass; ends both together.
set -euo pipefail
cd "$(dirname "$0")/.."

target/release/movie-together "$@" &
server=$!
# Its reports are for operators; here only what goes wrong is shown.
RUST_LOG="${RUST_LOG:-warn}" ETL_SCHEDULE="${ETL_SCHEDULE:-0 * * * * *}" \
    target/release/movie-together-etl >/dev/null &
etl=$!

stop() {
    trap - INT TERM EXIT
    kill "$server" "$etl" 2>/dev/null || true
    wait "$server" "$etl" 2>/dev/null || true
}
trap 'stop; exit 0' INT TERM
trap stop EXIT
# Whichever ends first ends the other.
wait -n "$server" "$etl"
