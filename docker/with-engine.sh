#!/usr/bin/env bash
# Run a command with a Docker engine: the machine's own where one answers, else one that is started for the command and
# ended after it. That one has a network and data of its own: containers reach each other, nothing else, and leave nothing.
#     docker/with-engine.sh COMMAND…
set -euo pipefail

if ! command -v docker > /dev/null || docker info > /dev/null 2>&1; then
    exec "$@"
fi

folder=$(mktemp -d /tmp/hotline-engine-XXXXXX)
end() {
    if [ -n "${engine:-}" ]; then
        pkill -TERM -P "$engine" || true    # dockerd, and it alone: its containers go with it
        for _ in $(seq 100); do
            kill -0 "$engine" 2> /dev/null || break
            sleep 0.1
        done
        kill -KILL "$engine" 2> /dev/null || true
        wait "$engine" || true
    fi
    rm -rf "$folder"
    find /sys/fs/cgroup -depth -type d -path "*/${folder##*/}*" -exec rmdir {} + 2> /dev/null || true
}
trap end EXIT

# shellcheck disable=SC2016 # $0 is the inner shell's
unshare --net --mount --pid --fork --mount-proc --kill-child --propagation private sh -c '
    ip link set lo up
    exec dockerd --host "unix://$0/docker.sock" --data-root "$0/data" --exec-root "$0/run" --pidfile "$0/pid" \
        --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/${0##*/}"
' "$folder" > "$folder/log" 2>&1 &
engine=$!

export DOCKER_HOST=unix://$folder/docker.sock
for _ in $(seq 300); do
    docker info > /dev/null 2>&1 && break
    kill -0 "$engine" 2> /dev/null || break
    sleep 0.1
done
docker info > /dev/null 2>&1 || tail -n 3 "$folder/log" >&2
"$@"
