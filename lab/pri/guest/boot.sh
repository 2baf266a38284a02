#!/bin/sh
# First process of the guest's root. Makes the boards, then runs Hotline's own Asterisk and those of the exchanges.
# All that is particular to a run is in the folder $1, shared with the host under the same path.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C
house=$1 here=$1/guest
say() { read -r up _ < /proc/uptime; echo "guest $up: $*"; }
fail() { say "failed: $*"; while :; do sleep 60; done; }

mkdir -p /dev/shm /dev/pts
mount -t tmpfs shm /dev/shm      # dahdi_cfg needs sem_open
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /run
hostname pri
ip link set lo up
ip addr add 127.0.0.2/8 dev lo
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0   # no way out of it but the host's loopback, as 10.0.2.2

say "waiting for the house"
until [ -e "$here/go" ]; do sleep 0.2; done
. "$here/ports"
socat "TCP-LISTEN:$ami_port,bind=10.0.2.15,fork,reuseaddr" "TCP:127.0.0.1:$ami_port" &
socat "TCP-LISTEN:$agi_port,bind=127.0.0.1,fork,reuseaddr,backlog=64" "TCP:10.0.2.2:$agi_port" &

for file in dynamic system exchange; do
    dahdi_cfg -c "$here/$file.conf" > "$here/$file.txt" 2>&1 || fail "dahdi_cfg: $(cat "$here/$file.txt")"
done
say "spans are made"

# An exchange is off while the file NAME-off is there.
serve() {
    mkdir -p "/run/$1"
    while :; do
        if [ ! -e "$here/$1-off" ]; then asterisk -f -C "$2" >> "$here/$1.txt" 2>&1; fi
        sleep 0.3
    done
}
for exchange in $exchanges; do serve "$exchange" "$house/$exchange/asterisk.conf" & done
serve hotline "$house/hotline/asterisk/etc/asterisk.conf" &
say "boards are ready"
wait
