#!/usr/bin/env bash
# Build the images: hotline-asterisk, hotline, hotline-sipp, hotline-postgres; nothing but Debian's packages and
# this machine's pip is needed. HOTLINE_BASE=debian:forky-slim takes a registry's image as their base instead.
set -euo pipefail
cd "$(dirname "$0")"

base() {
    if [ -n "${HOTLINE_BASE:-}" ]; then echo "$HOTLINE_BASE"; else echo "hotline-base-$1"; fi
}
build() {
    local name=$1 folder=$2
    shift 2
    echo "image $name"
    docker build --quiet -t "$name" -f "$folder/Dockerfile" --build-arg "BASE=$(base "$folder")" "$@" . > /dev/null
}

[ -n "${HOTLINE_BASE:-}" ] || ./base-image.sh
build hotline-asterisk asterisk
build hotline-postgres postgres
build hotline-packages hotline --target base
./wheels.sh "$(docker run --rm --network none hotline-packages python3 -c \
    'import sys; print("%d.%d" % sys.version_info[:2])')"
build hotline hotline
build hotline-sipp sipp
