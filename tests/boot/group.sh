#!/bin/sh
# In a mount namespace of its own: have a control group $1 and run the command after it there; without one, remove it.
set -eu
name=$1
shift
mount -t cgroup2 cgroup2 /mnt
if [ $# = 0 ]; then
    find "/mnt/$name" -depth -type d -exec rmdir {} +
    exit
fi
mkdir -p "/mnt/$name"
echo $$ > "/mnt/$name/cgroup.procs"
umount --lazy /mnt
exec "$@"
