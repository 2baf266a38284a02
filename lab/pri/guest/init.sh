#!/bin/sh
# First process of the initramfs: drivers in order, the read-only root with a memory layer on it, then ready.sh there.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $(cat /lib/modules/order); do
    options=
    [ "$module" = dahdi.ko ] && options=auto_assign_spans=1
    insmod "/lib/modules/$module" $options || echo "insmod $module failed"
done
mkdir -p /mnt/lower /mnt/layer /mnt/root
mount -t squashfs -o ro /dev/vda /mnt/lower
mount -t tmpfs -o size=300m tmpfs /mnt/layer
mkdir -p /mnt/layer/upper /mnt/layer/work
mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/layer/upper,workdir=/mnt/layer/work overlay /mnt/root
for folder in dev proc sys; do
    mkdir -p "/mnt/root/$folder"
    mount --move "/$folder" "/mnt/root/$folder"
done
cat /ready.sh > /mnt/root/ready.sh
exec switch_root /mnt/root /bin/sh /ready.sh
