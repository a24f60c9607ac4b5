#!/usr/bin/env bash
# Builds the peers that `movie-together-bench relay` measures, into target/bench/peers; what they
# are made of is pinned beside their sources.
set -euo pipefail
cd "$(dirname "$0")"
../../scripts/needs.sh peers
mkdir -p ../../target/bench/peers
out=$(cd ../../target/bench/peers && pwd)

(cd centrifuge && CGO_ENABLED=0 go build -trimpath -o "$out/centrifuge" .)

rm -rf "$out/socketio"
cp -r socketio "$out/socketio"
(cd "$out/socketio" && npm ci --no-progress --no-audit --no-fund --silent)
ln -sf "$(command -v node)" "$out/node"

[ -x "$out/fastapi/bin/python" ] || python3 -m venv "$out/fastapi"
"$out/fastapi/bin/python" -m pip install --quiet --disable-pip-version-check -r fastapi/requirements.txt
cp fastapi/relay.py "$out/fastapi/"
