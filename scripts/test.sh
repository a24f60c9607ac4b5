#!/usr/bin/env bash
# Everything that must hold, in the order in which it fails fastest. Ends at the first fault.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s (%ss)\n' "$1" "$SECONDS"; }

step "what the tests drive"
scripts/needs.sh build engines chromium firefox

step "page: lint, types, units, build"
make --no-print-directory web/node_modules
(cd web && npm run lint && npm run check && npm test)
make --no-print-directory web

step "format"
cargo fmt --all --check

step "clippy"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "docs"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked -q

# One selection for all that follows: another one is other features of the dependencies,
# and builds them again.
step "binaries and tests"
cargo build --workspace --all-targets --locked

step "generated contracts are current"
scripts/gen.sh
git diff --exit-code -- schemas web/src/api

step "unit, property, contract, crash, fault and end-to-end tests, on the engines"
target/debug/movie-together-stack run -- cargo test --workspace --locked

step "browser"
(cd tests/browser && npm ci --no-progress && npm run lint && npm run check && npm test)

step "what depends on the browser, in another one"
(cd tests/browser && npm run test:firefox)

step "done"
