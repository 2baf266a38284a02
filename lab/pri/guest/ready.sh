#!/bin/sh
# First process of the guest's root, up to where the machine is saved. Each time it goes on from there, it is told the
# time and the folder that it shares with the host under the same path, its house; the house's boot.sh does the rest.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C
mkdir -p /dev/shm /dev/pts
mount -t tmpfs shm /dev/shm      # dahdi_cfg needs sem_open
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /run
hostname pri
ip link set lo up
ip addr add 127.0.0.2/8 dev lo
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0   # no way out of it but the host's loopback, as 10.0.2.2

# what takes part in calls is read and unpacked once, and then found in memory
cat /usr/lib/x86_64-linux-gnu/asterisk/modules/*.so > /dev/null
for program in "asterisk -V" "socat -V" "dahdi_cfg -h"; do $program > /dev/null 2>&1; done

echo "ready for a house"
read -r now house
date -s "@$now" > /dev/null
mkdir -p "$house"
mount -t 9p -o trans=virtio,version=9p2000.L,rw,msize=262144 house "$house"
exec sh "$house/guest/boot.sh" "$house"
