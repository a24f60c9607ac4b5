#!/usr/bin/env bash
# Installs programs that the tests drive, where they are missing: `needs.sh chromium`.
set -euo pipefail

for program in "$@"; do
    command -v "$program" >/dev/null && continue
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "$program is missing; install it (Debian: apt-get install $program)" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$program" fonts-dejavu-core >/dev/null
done
