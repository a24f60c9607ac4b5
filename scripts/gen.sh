#!/usr/bin/env bash
# Writes every generated contract anew, in the order in which they stand on each other.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo run --locked -q -p movie-together-schemas --bin generate-schemas
cargo run --locked -q -p movie-together-cinema -- --openapi schemas/upstream
cargo run --locked -q -p movie-together-api -- --openapi > schemas/openapi.json.new
mv schemas/openapi.json.new schemas/openapi.json
(cd web && npm run generate)
