#!/usr/bin/env bash
# Installs what is missing, on Debian as root: `needs.sh build engines chromium`.
#   build     a C compiler and OpenSSL's headers, for the client of Kafka
#   engines   Postgres, and what Kafka and the MongoDB-compatible server are fetched and run by
#   chromium  the browser that tests drive
#   firefox   the other one
#   peers     what the relay is measured beside, and what that is built by
set -euo pipefail

# The first Go that fetches the version which a module asks for by itself.
go_minor_min=21
packages=()

# needs PACKAGE COMMAND...: the package, once, unless the command succeeds.
needs() {
    [[ " ${packages[*]} " == *" $1 "* ]] || "${@:2}" >/dev/null 2>&1 || packages+=("$1")
}
has() { command -v "$1"; }
has_postgres() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_go() {
    local version
    version=$(go env GOVERSION) && [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= go_minor_min))
}

for need in "$@"; do
    case $need in
    build)
        needs build-essential has cc
        needs build-essential has c++
        needs build-essential has make
        needs pkg-config has pkg-config
        needs libssl-dev pkg-config --exists openssl
        ;;
    engines)
        needs postgresql has_postgres
        needs default-jre-headless has java
        needs maven has mvn
        needs golang-go has_go
        ;;
    chromium)
        needs chromium has chromium
        needs fonts-dejavu-core has chromium
        ;;
    firefox)
        needs firefox-esr has firefox-esr
        ;;
    peers)
        needs golang-go has_go
        needs python3-venv python3 -c 'import ensurepip'
        needs redis-server has redis-server
        ;;
    *)
        echo "needs.sh knows nothing of $need" >&2
        exit 2
        ;;
    esac
done
[ ${#packages[@]} -eq 0 ] && exit

if [ "$(id -u)" -ne 0 ] || ! has apt-get >/dev/null; then
    echo "missing, by Debian's names: ${packages[*]}" >&2
    echo "install them (Debian: apt-get install ${packages[*]}) and try again" >&2
    exit 1
fi
echo "installing ${packages[*]}" >&2
# A server of the system's own would only be in the way.
if [[ " ${packages[*]} " == *" postgresql "* ]]; then
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/movie-together.conf
fi
apt-get update -qq
# Of Redis neither: nothing that is installed is started in this runlevel.
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
if [[ " ${packages[*]} " == *" golang-go "* ]] && ! has_go; then
    echo "Debian's $(go env GOVERSION) is too old; install Go 1.$go_minor_min or later" >&2
    exit 1
fi
