"""What goes into the virtual machine of the boards."""

from __future__ import annotations

import pytest

from callcenter.errors import HotlineError
from lab.pri.image import in_order


def test_each_driver_comes_after_what_it_needs_and_once() -> None:
    dependencies = [
        "kernel/drivers/net/virtio-net.ko.xz:",
        "kernel/net/9p/9pnet.ko.xz: kernel/fs/netfs.ko.xz",
        "kernel/fs/9p/9p.ko.xz: kernel/net/9p/9pnet.ko.xz kernel/fs/netfs.ko.xz",
        "updates/dkms/dahdi.ko.xz:",
        "updates/dkms/dahdi_dynamic.ko.xz: updates/dkms/dahdi.ko.xz",
    ]
    built_in = ["kernel/drivers/virtio/virtio-pci.ko"]
    assert in_order(dependencies, built_in, ["virtio_net", "9p", "virtio_pci", "dahdi_dynamic"]) == [
        "kernel/drivers/net/virtio-net.ko.xz",
        "kernel/fs/netfs.ko.xz",
        "kernel/net/9p/9pnet.ko.xz",
        "kernel/fs/9p/9p.ko.xz",
        "updates/dkms/dahdi.ko.xz",
        "updates/dkms/dahdi_dynamic.ko.xz",
    ]


def test_a_driver_that_the_kernel_has_not_is_no_machine() -> None:
    with pytest.raises(HotlineError, match="no driver dahdi_loc"):
        in_order(["updates/dkms/dahdi.ko.xz:"], [], ["dahdi", "dahdi_loc"])
