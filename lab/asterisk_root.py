"""Where Asterisk comes from: the machine's own when it is 20 or later, else a private root of packages.

The private root is never entered (no chroot, no mounts): its program is run through its own dynamic loader
and needs no rights at all. ``python -m lab.asterisk_root`` finds or builds it and says what it found.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from callcenter.errors import HotlineError
from lab.asterisk_docs import DOCUMENTATION, shorten

OLDEST = (20,)
SAFE = (22, 10, 1)
"""Earlier releases have published holes."""

RELEASE = "forky"
PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm")
"""Not asterisk-dahdi: it pulls in a compiler and kernel modules (twice the size, four minutes), and without a
board it only adds errors to the log."""
MULTIARCH = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}
LOADERS = {"x86_64": "lib64/ld-linux-x86-64.so.2", "aarch64": "lib/ld-linux-aarch64.so.1"}


@dataclass(frozen=True)
class AsteriskProgram:
    """An Asterisk that can be started. ``argv`` are the words before its options."""

    argv: tuple[str, ...]
    modules: Path
    data: Path
    version: tuple[int, ...]

    @property
    def is_safe(self) -> bool:
        """True from 22.10.1 on."""
        return self.version >= SAFE


def cache_folder() -> Path:
    """Where private roots are kept: HOTLINE_CACHE, else the machine's cache for root, else one's own."""
    if chosen := os.environ.get("HOTLINE_CACHE"):
        return Path(chosen)
    return Path("/var/cache/hotline") if os.geteuid() == 0 else Path.home() / ".cache/hotline"


def find() -> AsteriskProgram | None:
    """The Asterisk that is there; builds nothing."""
    return find_installed() or find_private(_root())


def ensure(say: Callable[[str], None]) -> AsteriskProgram:
    """Find an Asterisk, building one when there is none (about a minute). ``say`` gets lines of progress."""
    if installed := find_installed():
        return installed
    root = _root()
    if not find_private(root):
        build(root, say)
    found = find_private(root)
    if found is None:
        raise HotlineError(
            f"the Asterisk built in {root} does not start; remove the folder and run this again"
        )
    with suppress(OSError):  # another account's root: its starts take longer
        shorten(found.data / DOCUMENTATION)
    return found


def _root() -> Path:
    return cache_folder() / f"asterisk-{RELEASE}"


def find_installed() -> AsteriskProgram | None:
    """The Asterisk on PATH, when it is new enough and its modules are where distributions put them."""
    path = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    version = _version((path,)) if path else ()
    if path is None or version < OLDEST:
        return None
    libraries = ("/usr/lib", f"/usr/lib/{_of_machine(MULTIARCH)}", "/usr/lib64", "/usr/local/lib")
    modules = _holding("pbx_config.so", [Path(folder, "asterisk/modules") for folder in libraries])
    data = _holding("sounds", [Path("/usr/share/asterisk"), Path("/var/lib/asterisk")])
    return AsteriskProgram((path,), modules, data, version) if modules and data else None


def find_private(root: Path) -> AsteriskProgram | None:
    """The Asterisk of a private root, when it is there and starts."""
    libraries = root / "usr/lib" / _of_machine(MULTIARCH)
    argv = (
        str(root / _of_machine(LOADERS)),
        *("--library-path", str(libraries)),
        str(root / "usr/sbin/asterisk"),
    )
    if not Path(argv[-1]).exists() or not (version := _version(argv)):
        return None
    return AsteriskProgram(argv, libraries / "asterisk/modules", root / "usr/share/asterisk", version)


def build(root: Path, say: Callable[[str], None]) -> None:
    """Unpack the packages beside ``root`` and rename: what carries the name is whole. Raises HotlineError."""
    if shutil.which("mmdebstrap") is None:
        raise HotlineError("mmdebstrap is not installed; run scripts/setup")
    root.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    say(f"Asterisk: unpacking Debian {RELEASE} packages into a private root (about a minute)")
    try:
        unpack(staging / "root", PACKAGES, say)
        shutil.rmtree(root, ignore_errors=True)
        (staging / "root").rename(root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def unpack(
    folder: Path, packages: Sequence[str], say: Callable[[str], None], options: Sequence[str] = ()
) -> None:
    """Fill ``folder`` with packages of RELEASE. An index older than its stated life is allowed. Raises HotlineError.

    They come as a tar, so that without root all files are one's own and no device node is made.
    """
    folder.mkdir()
    command = ["mmdebstrap", "--variant=minbase", '--aptopt=Acquire::Check-Valid-Until "false"', *options]
    command += [f"--include={','.join(packages)}", RELEASE, "-"]
    untar = ["tar", "-x", "--no-same-owner", "--exclude=./dev", "-C", str(folder)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as packer,
        subprocess.Popen(untar, stdin=packer.stdout) as unpacker,
    ):
        last_words = _relay(packer, say)
    if packer.returncode != 0 or unpacker.returncode != 0:
        raise HotlineError(f"{folder.parent} could not be built:\n" + "\n".join(last_words))


def _relay(packer: subprocess.Popen[bytes], say: Callable[[str], None]) -> list[str]:
    """Pass its information lines on as they come; gives the last lines of all."""
    words: deque[str] = deque(maxlen=8)
    for line in packer.stderr or ():
        words.append(line.decode(errors="replace").rstrip())
        if words[-1].startswith("I: "):
            say(f"Debian packages: {words[-1][3:]}")
    return list(words)


def _version(argv: tuple[str, ...]) -> tuple[int, ...]:
    """``Asterisk 22.10.1+…`` as numbers; empty when it does not run."""
    try:
        answer = subprocess.run([*argv, "-V"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.match(r"Asterisk (?:certified/)?(\d+(?:\.\d+)*)", answer.stdout)
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()


def _of_machine(choices: dict[str, str]) -> str:
    machine = os.uname().machine
    if machine not in choices:
        raise HotlineError(f"no private Asterisk for {machine}; install Asterisk 22 so that it is on PATH")
    return choices[machine]


def _holding(name: str, folders: list[Path]) -> Path | None:
    return next((folder for folder in folders if (folder / name).exists()), None)


def _main() -> None:
    program = ensure(lambda line: print(line, flush=True))
    if not program.is_safe:
        raise HotlineError(f"Asterisk {program.version} has published holes; 22.10.1 or later is needed")
    print(f"Asterisk {'.'.join(map(str, program.version))}: {program.argv[-1]}")


if __name__ == "__main__":
    _main()
