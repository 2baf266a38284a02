#!/usr/bin/env bash
# Build the images: hotline-asterisk, hotline, hotline-sipp, hotline-postgres; nothing but Debian's packages and
# this machine's pip is needed. HOTLINE_BASE=debian:forky-slim takes a registry's image as their base instead.
set -euo pipefail
cd "$(dirname "$0")"

base() {
    [ -n "${HOTLINE_BASE:-}" ] && echo "$HOTLINE_BASE" || echo "hotline-base-$1"
}
build() {
    echo "image $1"
    docker build --quiet --network "${HOTLINE_BUILD_NETWORK:-default}" -t "$1" -f "$2/Dockerfile" \
        --build-arg "BASE=$(base "$3")" . > /dev/null
}

[ -n "${HOTLINE_BASE:-}" ] || ./base-image.sh
build hotline-asterisk asterisk asterisk
build hotline-postgres postgres postgres
version=$(docker run --rm --network none --entrypoint python3 "$(base hotline)" -c \
    'import sys; print("%d.%d" % sys.version_info[:2])')
./wheels.sh "$version"
build hotline hotline hotline
build hotline-sipp sipp sipp
