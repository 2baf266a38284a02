#!/usr/bin/env bash
# Bring Hotline and what it needs as wheels into docker/build/wheels, with this machine's own pip and its settings:
# no package index is named in any file, and an image's build needs no network.
#     docker/wheels.sh PYTHON-VERSION        as 3.14, of the image
set -euo pipefail
cd "$(dirname "$0")/.."

version=$1
pip="${PYTHON:-.venv/bin/python} -m pip --disable-pip-version-check --quiet"
platforms=(--platform "manylinux_2_28_$(uname -m)" --platform "manylinux2014_$(uname -m)")
kept=$(docker/cache-folder)/wheels-$version-$(
    cat pyproject.toml requirements.lock docker/wheels.sh | sha256sum | cut -c 1-8
)
if [ ! -d "$kept" ]; then
    echo "wheels: fetching those for Python $version"
    mkdir -p "$kept.$$"
    "${PYTHON:-.venv/bin/python}" -c 'import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' > "$kept.$$/wanted.txt"
    # what comes as source only is made a wheel here: it is Python alone
    $pip wheel --no-deps -w "$kept.$$" -c requirements.lock pyst2 panoramisk docopt
    $pip download -d "$kept.$$" -c requirements.lock -r "$kept.$$/wanted.txt" --find-links "$kept.$$" \
        --only-binary=:all: --python-version "$version" "${platforms[@]}"
    mv -T "$kept.$$" "$kept"
fi
rm -rf build/lib docker/build/wheels && mkdir -p docker/build
cp -r "$kept" docker/build/wheels
# the same code is the same file, so that an image is not built anew
SOURCE_DATE_EPOCH=315532800 $pip wheel --no-deps --no-build-isolation -w docker/build/wheels .
