#!/usr/bin/env bash
# Runs a command on the engines of docker-compose.yml, where there is Docker but neither
# Postgres, Java nor Go; the command finds them as under `movie-together-stack run`:
#   scripts/engines.sh cargo test -p movie-together-storage
# Tests that kill engines need processes of their own, and hence those programs.
set -euo pipefail
cd "$(dirname "$0")/.."

# A network of its own, beside that of the whole system.
export POSTGRES_PASSWORD=test TICKET_SECRET=unused SUBNET=10.213.72.0/24
compose=(docker compose -p movie-together-engines -f docker-compose.yml -f deploy/engines.yml)
trap '"${compose[@]}" down --volumes' EXIT
"${compose[@]}" up --wait postgres kafka mongo

export TEST_ROOMS_URL=postgres://movie_together:test@127.0.0.1:25432/movie_together
export TEST_LOG_URL=kafka://127.0.0.1:29092
export TEST_ARCHIVE_URL='mongodb://127.0.0.1:27117/?directConnection=true'
"$@"
