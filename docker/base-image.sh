#!/usr/bin/env bash
# Make base images from Debian's packages, for where no image registry is reachable:
#     docker/base-image.sh [asterisk|hotline|sipp|postgres]…
# Each is kept as a tarball in the cache, named after what is in it, and imported as hotline-base-NAME.
set -euo pipefail
cd "$(dirname "$0")"

release=forky
cache=$(./cache-folder)
lean=(--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"')
for folder in man doc locale info; do
    lean+=(--dpkgopt="path-exclude=/usr/share/$folder/*")
done

[ $# -gt 0 ] || set -- asterisk hotline sipp postgres
mkdir -p "$cache"
for name; do
    packages=$(tr ' ' ',' < "packages/$name")
    tarball=$cache/$name-$(echo "$release ${lean[*]} $packages" | sha256sum | cut -c 1-8).tar
    if [ ! -f "$tarball" ]; then
        echo "base image $name: unpacking Debian $release packages (a minute or two)"
        mmdebstrap --quiet --format=tar --variant=minbase "${lean[@]}" --include="$packages" "$release" "$tarball.$$"
        mv "$tarball.$$" "$tarball"
    fi
    made=$(basename "$tarball" .tar)
    docker image inspect "hotline-base-$name:${made##*-}" > /dev/null 2>&1 ||
        docker import "$tarball" "hotline-base-$name:${made##*-}" > /dev/null
    docker tag "hotline-base-$name:${made##*-}" "hotline-base-$name:latest"
done
