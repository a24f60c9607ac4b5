#!/usr/bin/env bash
# Writes every generated contract anew, in the order in which they stand on each other.
set -euo pipefail
cd "$(dirname "$0")/.."

# As the tests are built, so that nothing is built twice.
cargo build --workspace --all-targets --locked -q
target/debug/generate-schemas
target/debug/movie-together-cinema --openapi schemas/upstream
target/debug/movie-together --openapi > schemas/openapi.json.new
mv schemas/openapi.json.new schemas/openapi.json
(cd web && npm run generate)
