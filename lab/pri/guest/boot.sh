#!/bin/sh
# What the guest does in its house, the folder $1: it does what it is told on its console, line by line.
# All that is particular to a run is in there.
here=$1/guest
say() { read -r up _ < /proc/uptime; echo "guest $up: $*"; }

. "$here/ports"
socat "TCP-LISTEN:$ami_port,bind=10.0.2.15,fork,reuseaddr" "TCP:127.0.0.1:$ami_port" &
socat "TCP-LISTEN:$agi_port,bind=127.0.0.1,fork,reuseaddr,backlog=64" "TCP:10.0.2.2:$agi_port" &

# configure NAME: what NAME.conf says of spans and channels. Spans without hardware are made anew by it.
configure() { dahdi_cfg -c "$here/$1.conf" > "$here/$1.txt" 2>&1 || say "failed: dahdi_cfg: $(cat "$here/$1.txt")"; }

# take_away NAME: the spans without hardware of NAME.conf; nobody may have them open. It always ends with 1.
take_away() { dahdi_cfg -s -c "$here/$1.conf" > "$here/$1.txt" 2>&1; }

# serve NAME FILE: start an Asterisk. It says itself when it is up, as it would to systemd.
serve() {
    mkdir -p "/run/$1"
    socat -u "UNIX-RECVFROM:/run/$1/up" "SYSTEM:echo $1 is up" &
    NOTIFY_SOCKET=/run/$1/up asterisk -f -C "$2" >> "$here/$1.txt" 2>&1 &
}

say "in its house"
while read -r order; do
    $order
    say "done: $order"
done
