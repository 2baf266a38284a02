"""The virtual machine with the boards, as a child: booted, waited for, ended. It is emulated and needs no rights.

It shares one folder with the host, under the same path, and reaches nothing but the host's loopback; the
host reaches the two manager interfaces in it.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from callcenter.errors import HotlineError
from lab.pri.image import Image

ADDRESS = "10.0.2.15"
MEMORY_MB = 768
READY = "boards are ready"


class BoardMachine:
    """Boot with ``start``; ``house`` is the shared folder, ``forwarded`` the host's port: the guest's."""

    def __init__(self, image: Image, house: Path, forwarded: Mapping[int, int], cores: int = 2) -> None:
        self._image = image
        self._house = house
        self._forwarded = forwarded
        self._cores = cores
        self.console = house / "console.txt"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Boot; what the guest prints goes to ``console``."""
        with self.console.open("wb") as out:
            self._child = subprocess.Popen(
                self._argv(), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )

    def wait_ready(self, seconds: float) -> None:
        """Return when both Asterisks are started. Raises HotlineError with the console's last words."""
        until = time.monotonic() + seconds
        while READY not in self.said():
            gone = self._child is None or self._child.poll() is not None
            if gone or time.monotonic() > until or " failed: " in self.said():
                raise HotlineError(f"the boards did not come up:\n{self.said()[-1500:]}")
            time.sleep(0.1)

    def said(self) -> str:
        """Everything on its console."""
        return self.console.read_text(errors="replace")

    def stop(self) -> None:
        """Switch it off. Nothing in it needs an end: what counts is in the shared folder."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _argv(self) -> list[str]:
        ports = "".join(
            f",hostfwd=tcp:127.0.0.1:{port}-{ADDRESS}:{to}" for port, to in self._forwarded.items()
        )
        return [
            *(
                "qemu-system-x86_64",
                "-accel",
                "tcg,thread=multi",
                "-cpu",
                # rdrand: a kernel that lacks entropy patches itself when it gets some, which emulation may not survive
                "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand",
            ),
            *("-smp", str(self._cores), "-m", str(MEMORY_MB), "-nodefaults", "-no-user-config", "-no-reboot"),
            *("-display", "none", "-serial", "stdio", "-monitor", "none"),
            *("-nic", f"user,model=virtio-net-pci,ipv6=off{ports}"),
            *("-drive", f"file={self._image.root},if=virtio,format=raw,readonly=on"),
            *("-fsdev", f"local,id=house,path={self._house},security_model=none"),
            *("-device", "virtio-9p-pci,fsdev=house,mount_tag=house", "-device", "virtio-rng-pci"),
            *("-kernel", str(self._image.kernel), "-initrd", str(self._image.initramfs)),
            *(
                "-append",
                f"console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check nokaslr house={self._house}",
            ),
        ]
