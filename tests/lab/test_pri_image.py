"""What goes into the virtual machine of the boards."""

from __future__ import annotations

from lab.pri.image import in_order


def test_each_driver_comes_after_what_it_needs_and_once() -> None:
    dependencies = [
        "kernel/net/9p/9pnet.ko.xz: kernel/fs/netfs.ko.xz",
        "kernel/fs/9p/9p.ko.xz: kernel/net/9p/9pnet.ko.xz kernel/fs/netfs.ko.xz",
        "updates/dkms/dahdi.ko.xz:",
        "updates/dkms/dahdi_dynamic.ko.xz: updates/dkms/dahdi.ko.xz",
    ]
    assert in_order(dependencies, ["9p", "built_in", "dahdi_dynamic"]) == [
        "kernel/fs/netfs.ko.xz",
        "kernel/net/9p/9pnet.ko.xz",
        "kernel/fs/9p/9p.ko.xz",
        "updates/dkms/dahdi.ko.xz",
        "updates/dkms/dahdi_dynamic.ko.xz",
    ]
