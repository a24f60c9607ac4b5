#!/usr/bin/env bash
# Builds the peers that `movie-together-bench relay` measures, into target/bench/peers; what they
# are made of is pinned beside their sources. Installs Redis, on Debian as root.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p ../../target/bench/peers
out=$(cd ../../target/bench/peers && pwd)

if ! command -v redis-server >/dev/null; then
    apt-get update -qq
    # A server of the system's own would only be in the way.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends redis-server >/dev/null
fi

(cd centrifuge && CGO_ENABLED=0 go build -trimpath -o "$out/centrifuge" .)

rm -rf "$out/socketio"
cp -r socketio "$out/socketio"
(cd "$out/socketio" && npm ci --no-progress --no-audit --no-fund --silent)
ln -sf "$(command -v node)" "$out/node"

[ -x "$out/fastapi/bin/python" ] || python3 -m venv "$out/fastapi"
"$out/fastapi/bin/pip" install --quiet --disable-pip-version-check -r fastapi/requirements.txt
cp fastapi/relay.py "$out/fastapi/"
