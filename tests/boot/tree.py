"""A Debian as its packages leave it, with systemd and Asterisk, kept in the cache folder; wheels for its Python.

``python -m tests.boot.tree`` fetches both where they are not there yet.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.asterisk_root import RELEASE, cache_folder
from tests.boot.machine import reason_against
from tests.guide_pages import ROOT

PACKAGES = (
    *("systemd-sysv", "dbus", "iproute2", "sudo"),
    *("asterisk", "asterisk-core-sounds-en-gsm", "python3-venv", "nftables"),
    *("espeak-ng", "sox", "libsox-fmt-mp3", "opus-tools", "logrotate"),
)
"""What an installed machine has, and what the guide has one install: the booted machine has no network."""
OPTIONS = (
    "--variant=minbase",
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Check-Valid-Until "false"',
    *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("man", "doc", "locale")),
)
BUILT = "setuptools"
"""What pip builds the program with."""


def ensure() -> Path:
    """The tree's folder, made when there is none (a minute); what has the name is whole. Raises AssertionError."""
    recipe = hashlib.sha256(repr((PACKAGES, OPTIONS)).encode()).hexdigest()[:8]
    made = cache_folder() / "boot" / f"{RELEASE}-{recipe}"
    if not made.exists():
        making = made.with_name(f".{made.name}")
        shutil.rmtree(made.parent, ignore_errors=True)
        making.mkdir(parents=True)
        _run("mmdebstrap", *OPTIONS, f"--include={','.join(PACKAGES)}", RELEASE, str(making / "root"))
        shutil.rmtree(making / "root/var/cache/apt")
        version = _run("chroot", str(making / "root"), "python3", "-c", VERSION).strip()
        (making / "python").write_text(version)
        making.rename(made)
    return made / "root"


VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def wheels(tree: Path, to: Path) -> None:
    """Fill ``to`` with what the program needs on the tree's Python, by this machine's pip."""
    version = (tree.parent / "python").read_text()
    _run("env", f"PYTHON={sys.executable}", "docker/wheels.sh", version)
    shutil.copytree(ROOT / "docker/build/wheels", to, ignore=shutil.ignore_patterns("hotline_*"))
    kept = tree.parent / "wheels"
    if not kept.exists():
        constraint = ("-c", "requirements.lock")
        _run(sys.executable, "-m", "pip", "download", "--quiet", "-d", str(kept), *constraint, BUILT)
    shutil.copytree(kept, to, dirs_exist_ok=True)


def _run(*words: str) -> str:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{words[0]}: {done.stderr[-2000:]}"
    return done.stdout


if __name__ == "__main__":
    if why := reason_against():
        sys.exit(f"boot: {why}")
    with tempfile.TemporaryDirectory() as folder:
        wheels(ensure(), Path(folder) / "wheels")
