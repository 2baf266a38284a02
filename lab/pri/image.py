"""The virtual machine's three files: a Debian kernel, an initramfs with DAHDI, a read-only root with Asterisk.

Built from the distribution's packages (some three minutes), and kept in the cache folder of ``lab.asterisk_root``.
``python -m lab.pri`` builds them and says what is in them.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.errors import HotlineError
from lab.asterisk_docs import DOCUMENTATION, shorten
from lab.asterisk_root import RELEASE, cache_folder, unpack

GUEST = Path(__file__).parent / "guest"
PACKAGES = (
    *(
        "linux-image-amd64",
        "linux-headers-amd64",
        "dahdi-dkms",
        "dahdi",
    ),  # Debian's cloud kernel gets no DAHDI
    *("asterisk", "asterisk-dahdi", "asterisk-core-sounds-en-gsm"),
    *("kmod", "iproute2", "socat"),
)
LEFT_OUT = ("man", "doc", "locale")
OPTIONS = (
    '--aptopt=APT::Install-Recommends "false"',
    *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in LEFT_OUT),
)
DRIVERS = (
    *("virtio_pci", "virtio_net", "virtio_blk", "9pnet_virtio", "9p", "overlay", "squashfs"),
    *("dahdi", "dahdi_dynamic", "dahdi_dynamic_loc", "dahdi_echocan_mg2"),
)
SCRIPTS = {"init.sh": "init", "ready.sh": "ready.sh"}
"""Of the folder ``guest``: name in the initramfs."""
APPLETS = ("sh", "mount", "mkdir", "insmod", "switch_root", "cat", "echo")
NOT_IN_THE_ROOT = (
    *("usr/src/*", "usr/lib/gcc", "usr/libexec/gcc", "usr/lib/modules", "boot/*", "usr/include", "tmp/*"),
    *("var/cache/*", "var/lib/apt/*", "var/lib/dkms", "usr/lib/git-core", "usr/share/perl*"),
    *("usr/bin/*-linux-gnu*", "usr/lib/x86_64-linux-gnu/*.a", "usr/lib/x86_64-linux-gnu/perl*"),
    *("usr/lib/x86_64-linux-gnu/libLLVM*", "usr/lib/x86_64-linux-gnu/lib*san.so*"),
)
"""What only the making of the drivers needed."""
NEEDED = {
    "qemu-system-x86_64": "qemu-system-x86",
    "mmdebstrap": "mmdebstrap",
    "mksquashfs": "squashfs-tools",
    "busybox": "busybox-static",
    "cpio": "cpio",
}
"""Program: Debian package."""


@dataclass(frozen=True)
class Image:
    """A folder with the files. It is whole when it is there: it is renamed into place."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initramfs(self) -> Path:
        return self.folder / "initrd.gz"

    @property
    def root(self) -> Path:
        return self.folder / "root.sqfs"

    @property
    def versions(self) -> list[str]:
        """The packages that matter, as ``asterisk 1:22.10.1``."""
        return (self.folder / "versions.txt").read_text().splitlines()


def missing_programs() -> list[str]:
    """The Debian packages of the programs that this machine has not."""
    return [package for program, package in NEEDED.items() if shutil.which(program) is None]


def image() -> Image:
    """Where the files are, or would be: the name holds a digest of how they are made."""
    scripts = b"".join((GUEST / script).read_bytes() for script in SCRIPTS)
    recipe = scripts + repr((PACKAGES, OPTIONS, DRIVERS, NOT_IN_THE_ROOT)).encode()
    return Image(cache_folder() / "pri" / f"{RELEASE}-{hashlib.sha256(recipe).hexdigest()[:8]}")


def ensure(say: Callable[[str], None]) -> Image:
    """The files, built when there are none. ``say`` gets lines of progress. Raises HotlineError."""
    found = image()
    if found.folder.exists():
        return found
    if missing := missing_programs():
        raise HotlineError(f"not installed: {', '.join(missing)}; run scripts/setup pri")
    found.folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=found.folder.parent) as work:
        _build(Path(work), say)
        _keep_only(found.folder, Path(work) / "image")
    return found


def _keep_only(folder: Path, made: Path) -> None:
    """Put ``made`` in place of those of former recipes."""
    for former in folder.parent.glob(f"{RELEASE}-*"):
        shutil.rmtree(former)
    made.rename(folder)


def _build(work: Path, say: Callable[[str], None]) -> None:
    root, made = work / "root", work / "image"
    made.mkdir()
    say(f"boards: unpacking Debian {RELEASE} with a kernel and DAHDI's drivers (about two minutes)")
    unpack(root, PACKAGES, lambda _: None, OPTIONS)
    modules = max((root / "lib/modules").iterdir())
    if not list(modules.glob("updates/dkms/dahdi_dynamic_loc.ko*")):
        raise HotlineError(f"DAHDI's drivers were not made for the kernel {modules.name}")
    shorten(root / "usr/share/asterisk" / DOCUMENTATION)
    say("boards: packing the virtual machine")
    _make_initramfs(modules, work / "initramfs", made / "initrd.gz")
    shutil.copy(root / "boot" / f"vmlinuz-{modules.name}", made / "vmlinuz")
    _run(
        *(
            "mksquashfs",
            str(root),
            str(made / "root.sqfs"),
            "-noappend",
            "-quiet",
            "-no-progress",
            "-all-root",
        ),
        *("-comp", "zstd", "-Xcompression-level", "3", "-wildcards", "-e", *NOT_IN_THE_ROOT),
    )
    (made / "versions.txt").write_text("".join(f"{line}\n" for line in _versions(root)))


def _versions(root: Path) -> Iterator[str]:
    for part in (root / "var/lib/dpkg/status").read_text().split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in part.splitlines())
        if fields.get("Package") in PACKAGES:
            yield f"{fields['Package']} {fields['Version']}"


def _make_initramfs(modules: Path, folder: Path, target: Path) -> None:
    """Busybox, the drivers, and the guest's own scripts."""
    for name in ("bin", "dev", "proc", "sys", "mnt", "lib/modules"):
        (folder / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox") or "", folder / "bin/busybox")
    for applet in APPLETS:
        (folder / "bin" / applet).symlink_to("busybox")
    order = []
    dependencies, built_in = (modules / f"modules.{name}" for name in ("dep", "builtin"))
    for path in in_order(dependencies.read_text().splitlines(), built_in.read_text().splitlines(), DRIVERS):
        packed = (modules / path).read_bytes()
        name = Path(path).name.removesuffix(".xz")
        (folder / "lib/modules" / name).write_bytes(
            lzma.decompress(packed) if path.endswith(".xz") else packed
        )
        order.append(name)
    (folder / "lib/modules/order").write_text("\n".join(order) + "\n")
    for script, name in SCRIPTS.items():
        shutil.copy(GUEST / script, folder / name)
        (folder / name).chmod(0o755)
    names = "".join(f"{path.relative_to(folder)}\n" for path in sorted(folder.rglob("*")))
    archive = _run("cpio", "-o", "-H", "newc", "--quiet", "--owner=+0:+0", given=names, folder=folder)
    target.write_bytes(gzip.compress(archive, compresslevel=1))


def in_order(dependencies: Iterable[str], built_in: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """Files of modules.dep, each after what it needs; a driver of modules.builtin has none. Raises HotlineError."""
    needs = {path: rest.split() for path, _, rest in (line.partition(":") for line in dependencies)}
    by_name = {_driver(path): path for path in needs}
    in_the_kernel = {_driver(path) for path in built_in}
    found: dict[str, None] = {}
    for name in wanted:
        if path := by_name.get(name):
            found |= dict.fromkeys([*reversed(needs[path]), path])
        elif name not in in_the_kernel:
            raise HotlineError(f"the kernel has no driver {name}")
    return list(found)


def _driver(path: str) -> str:
    """A file's driver, by the name that the kernel knows it by."""
    return Path(path).name.partition(".")[0].replace("-", "_")


def _run(*words: str, given: str = "", folder: Path | None = None) -> bytes:
    """What a program prints. Raises HotlineError with its last words."""
    done = subprocess.run(
        words, input=given.encode(), cwd=folder, capture_output=True, timeout=600, check=False
    )
    if done.returncode != 0:
        raise HotlineError(f"{words[0]} failed: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout
