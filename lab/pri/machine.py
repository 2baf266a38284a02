"""The virtual machine with the boards, as a child: told what to do, listened to, saved, ended.

It is emulated and needs no rights. It shares one folder with the host, under the same path, and reaches
nothing but the host's loopback; the host reaches the manager interfaces in it.
"""

from __future__ import annotations

import shlex
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from callcenter.errors import HotlineError
from lab.pri.image import Image
from lab.pri.monitor import Monitor

ADDRESS = "10.0.2.15"
BOOTED = "ready for a house"
IN_ITS_HOUSE = "in its house"
KERNEL = (
    *("console=ttyS0", "quiet", "panic=-1", "nokaslr", "random.trust_cpu=on"),
    *("mitigations=off", "tsc=reliable", "no_timer_check", "transparent_hugepage=never"),
    *("nowatchdog", "rcupdate.rcu_cpu_stall_suppress=1"),  # it may be kept waiting by a busy host
)
MADE_OF = (
    *("-machine", "pc-i440fx-7.2", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "768"),
    *("-cpu", "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+rdrand"),  # rdrand: nobody waits for entropy
    *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"),
    *("-device", "virtio-9p-pci,fsdev=house,mount_tag=house"),
    *("-append", " ".join(KERNEL)),
)
"""What a saved machine can go on with: nothing else."""


class BoardMachine:
    """``start``, then ``move_in``, then ``do`` by ``do``; ``stop`` at the end.

    ``house`` is the shared folder, ``forwarded`` the host's port: the guest's, ``saved`` a machine that ``save``
    has written, to go on with instead of booting.
    """

    def __init__(
        self, image: Image, house: Path, forwarded: Mapping[int, int], saved: Path | None = None
    ) -> None:
        self._image = image
        self._house = house
        self._forwarded = forwarded
        self._saved = saved
        self._monitor = Monitor()
        self._said: list[str] = []
        self._is_over = False
        self._news = threading.Condition()
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Boot, or go on where it was saved. What it prints is added to ``console.txt`` in the house."""
        self._child = subprocess.Popen(
            self._argv(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            bufsize=1,
            pass_fds=[self._monitor.theirs.fileno()],
        )
        self._reader = threading.Thread(target=self._listen, args=(self._child,), daemon=True)
        self._reader.start()
        self._monitor.begin()
        self._monitor.wait_until_it_runs()  # what it is told before is lost

    def move_in(self, seconds: float) -> None:
        """Give it its house and the time. Raises HotlineError, as all that waits here."""
        self._tell(f"{time.time():.0f} {self._house}")
        self.wait_for(IN_ITS_HOUSE, seconds)

    def do(self, order: str, seconds: float = 60.0) -> None:
        """Have an order of ``guest/boot.sh`` carried out."""
        since = len(self._said)
        self._tell(order)
        self.wait_for(f"done: {order}", seconds, since)

    def wait_for(self, words: str, seconds: float, since: int = 0) -> None:
        """Return when it has said a line with these words, after its first ``since`` lines.

        Raises HotlineError with its last words when that can't come any more.
        """

        def is_said() -> bool:
            return any(words in line for line in self._said[since:])

        def is_lost() -> bool:
            return self._is_over or any(" failed: " in line for line in self._said)

        with self._news:
            self._news.wait_for(lambda: is_said() or is_lost(), seconds)
            if not is_said():
                last = "".join(self._said[-20:])
                raise HotlineError(f"the boards' machine has not said {words!r} in {seconds:g} s:\n{last}")

    def save(self, file: Path) -> None:
        """Write it to ``file`` as it is, and end it. It must not have moved in: a shared folder can't be saved."""
        self._monitor.save(f"cat > {shlex.quote(str(file))}")
        self.stop()

    def stop(self) -> None:
        """Switch it off. Nothing in it needs an end: what counts is in the shared folder."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._reader.join()
            self._monitor.close()
            for stream in (self._child.stdin, self._child.stdout):
                if stream:
                    stream.close()
            self._child = None

    def _tell(self, line: str) -> None:
        if self._child is None or self._child.stdin is None:
            raise HotlineError("the boards' machine is not started")
        self._child.stdin.write(f"{line}\n")

    def _listen(self, child: subprocess.Popen[str]) -> None:
        with (self._house / "console.txt").open("a") as console:
            for line in child.stdout or ():
                console.write(line)
                console.flush()
                with self._news:
                    self._said.append(line)
                    self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()

    def _argv(self) -> list[str]:
        ports = "".join(
            f",hostfwd=tcp:127.0.0.1:{port}-{ADDRESS}:{to}" for port, to in self._forwarded.items()
        )
        saved = ("-incoming", f"exec:cat {shlex.quote(str(self._saved))}") if self._saved else ()
        return [
            *("qemu-system-x86_64", *MADE_OF),
            *("-nic", f"user,model=virtio-net-pci,ipv6=off{ports}"),
            *("-drive", f"file={self._image.root},if=virtio,format=raw,readonly=on"),
            *("-fsdev", f"local,id=house,path={self._house},security_model=none"),
            *("-chardev", f"socket,id=monitor,fd={self._monitor.theirs.fileno()}"),
            *("-mon", "chardev=monitor,mode=control"),
            *("-kernel", str(self._image.kernel), "-initrd", str(self._image.initramfs), *saved),
        ]
