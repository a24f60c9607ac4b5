#!/usr/bin/env bash
# Runs the storage's contract suites on the servers that ROOMS_URL, LOG_URL and ARCHIVE_URL
# name: on those that are set, or on engines of its own if none is. What a suite makes there
# (databases, topics) has names of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

suites=()
# named MODULE VARIABLE URL: a suite, if there is a server for it.
named() {
    if [ -n "$3" ]; then
        suites+=("$1")
        export "$2=$3"
    fi
}
named postgres_contract TEST_ROOMS_URL "${ROOMS_URL:-}"
named kafka_contract TEST_LOG_URL "${LOG_URL:-}"
named mongo_contract TEST_ARCHIVE_URL "${ARCHIVE_URL:-}"

scripts/needs.sh build
run=()
if [ ${#suites[@]} -eq 0 ]; then
    suites=(postgres_contract kafka_contract mongo_contract)
    scripts/needs.sh engines
    cargo build --locked -p movie-together-stack
    run=(target/debug/movie-together-stack run --)
fi
"${run[@]}" cargo test --locked -p movie-together-storage --test it -- "${suites[@]}"
