"""The booted machine, saved beside its image: each run goes on from there instead of booting for half a minute."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from lab.pri.image import Image
from lab.pri.machine import BOOTED, MADE_OF, BoardMachine

BOOT_SECONDS = 180.0


def ensure_saved(image: Image, say: Callable[[str], None]) -> Path:
    """The file; made when there is none. Only the same QEMU can go on with it, so its name tells which.

    Raises HotlineError.
    """
    version = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, check=True).stdout
    digest = hashlib.sha256(version + repr(MADE_OF).encode()).hexdigest()[:8]
    file = image.folder / f"booted-{digest}"
    if not file.exists():
        say("boards: booting the virtual machine once, to be saved")
        with tempfile.TemporaryDirectory(prefix=".saving-", dir=image.folder) as work:
            _boot(image, Path(work)).rename(file)
    return file


def _boot(image: Image, house: Path) -> Path:
    machine = BoardMachine(image, house, {})
    try:
        machine.start()
        machine.wait_for(BOOTED, BOOT_SECONDS)
        machine.save(house / "booted")
    finally:
        machine.stop()
    return house / "booted"
