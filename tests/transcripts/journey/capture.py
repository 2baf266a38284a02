"""Makes the transcripts of this folder again from real calls: a namespace, a private Asterisk, phones.

    HOTLINE_ASTERISK_ROOT=/path/to/root python tests/transcripts/journey/capture.py [case ...]

A case is over when every channel of it has ended, and every call of it in the ledger.
Each case becomes ``<case>/ami.txt``, ``<case>/cel.csv`` and ``<case>/queue_log``. Needs root (for the
network namespaces). Bounded: 60 s a case, and nothing outlives it. The cases are the
functions of ``cases.py``.
"""

from __future__ import annotations

import asyncio
import csv
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

import cases  # noqa: E402
from phone import Phone  # noqa: E402

from callcenter.ledger_format import CEL_APPS, CEL_COLUMNS, CEL_EVENTS, CEL_FILE  # noqa: E402

ROOT = Path(os.environ.get("HOTLINE_ASTERISK_ROOT", "/"))
NOBODY = 65534
QUIET = ("DeviceStateChange", "NewConnectedLine", "NewCallerid", "PeerStatus")
"""Left out of the transcripts, which stay small; LISTENED filters more."""


class Pbx:
    """A private Asterisk with its manager connection; ``taken`` holds the events since ``cut()``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log, self.queue_log = home / "log/cel-custom" / CEL_FILE, home / "log/queue_log"
        self.taken: list[bytes] = []
        self.seen = asyncio.Condition()
        self.ended: set[str] = set()
        """Calls whose end is in the ledger."""
        self.marks = (0, 0)

    def lay_out(self) -> None:
        """Configuration, sounds (seconds of silence) and folders, owned by nobody."""
        self.home.parent.chmod(0o755)
        shutil.copytree(HERE / "asterisk", self.home / "etc")
        places = {"astetcdir": "etc", "astvarlibdir": "lib", "astdbdir": "lib", "astkeydir": "lib"}
        places |= {"astspooldir": "spool", "astrundir": "run", "astlogdir": "log"}
        lines = [f"{key} => {self.home / folder}" for key, folder in places.items()]
        lines += [f"astmoddir => {ROOT}/usr/lib/x86_64-linux-gnu/asterisk/modules"]
        lines += [f"astdatadir => {self.home}/data"]
        text = "\n".join(["[directories]", *lines, "[options]", "systemname = pbx1", ""])
        (self.home / "etc/asterisk.conf").write_text(text)
        columns = ",".join(f"${{CSV_QUOTE({word})}}" for word in CEL_COLUMNS.values())
        (self.home / "etc/cel_custom.conf").write_text(f"[mappings]\n{CEL_FILE} => {columns}\n")
        kept = f"apps={','.join(CEL_APPS)}\nevents={','.join(CEL_EVENTS)}\n"
        (self.home / "etc/cel.conf").write_text(f"[general]\nenable=yes\n{kept}")
        for folder in ("lib", "spool", "run", "log/cel-custom", "data/sounds/en"):
            (self.home / folder).mkdir(parents=True)
        shutil.copytree(ROOT / "usr/share/asterisk/documentation", self.home / "data/documentation")
        for name, seconds in (("prompt", 1), ("announce", 0.4), ("beep", 0.1)):
            (self.home / f"data/sounds/en/{name}.alaw").write_bytes(b"\xd5" * int(8000 * seconds))
        for path in [self.home, *self.home.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)

    async def boot(self) -> None:
        """Start it and wait for the manager's FullyBooted."""
        loader = [f"{ROOT}/lib64/ld-linux-x86-64.so.2", "--library-path", f"{ROOT}/usr/lib/x86_64-linux-gnu"]
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        run = [f"{ROOT}/usr/sbin/asterisk", "-f", "-C", f"{self.home}/etc/asterisk.conf"]
        with self.ready() as ready, (self.home / "console").open("ab") as console:
            where = {**os.environ, "NOTIFY_SOCKET": str(self.home / "ready")}
            self.process = await asyncio.create_subprocess_exec(
                *drop, *loader, *run, stdout=console, stderr=console, env=where
            )
            while b"READY=1" not in await asyncio.get_running_loop().sock_recv(ready, 1024):
                pass
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", 28038)
        self.pump = asyncio.create_task(self.read())
        self.action("Login", Username="journey", Secret="journey")
        await self.event("FullyBooted")

    @contextmanager
    def ready(self) -> Iterator[socket.socket]:
        """Where Asterisk says that it is (sd_notify)."""
        path = self.home / "ready"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
            found.bind(str(path))
            path.chmod(0o777)
            found.setblocking(False)
            yield found

    async def follow_ledger(self) -> None:
        """Note every call that has ended."""
        tail = ["tail", "-n", "+1", "--pid", str(os.getpid()), "-F", str(self.log)]
        process = await asyncio.create_subprocess_exec(
            *tail, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert process.stdout
        columns = list(CEL_COLUMNS)
        while line := await process.stdout.readline():
            row = dict(zip(columns, next(csv.reader([line.decode()])), strict=False))
            if row["eventtype"] == "LINKEDID_END":
                async with self.seen:
                    self.ended.add(row["linkedid"])
                    self.seen.notify_all()

    async def over(self) -> None:
        """Wait until nothing of what has begun since Asterisk's start is up."""

        def told(name: str, field: str) -> set[str]:
            since = [m.startswith(b"Event: FullyBooted") for m in self.taken]
            new = self.taken[len(since) - since[::-1].index(True) :] if any(since) else self.taken
            mine = [m for m in new if m.startswith(b"Event: %s\r\n" % name.encode())]
            return {m.split(b"\r\n%s: " % field.encode())[1].split(b"\r\n")[0].decode() for m in mine}

        def nothing_up() -> bool:
            up = told("Newchannel", "Uniqueid") - told("Hangup", "Uniqueid")
            return not up and told("Hangup", "Linkedid") <= self.ended

        async with self.seen:
            await self.seen.wait_for(nothing_up)

    async def read(self) -> None:
        """Every message goes into ``taken``, the noisy ones not."""
        await self.reader.readline()
        while True:
            try:
                message = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            if message.startswith(tuple(b"Event: %s\r\n" % name.encode() for name in QUIET)):
                continue
            async with self.seen:
                self.taken.append(message)
                self.seen.notify_all()

    def action(self, name: str, **fields: str) -> None:
        """Send an action, its reply is among the messages."""
        lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in fields.items()), "", ""]
        self.writer.write("\r\n".join(lines).encode())

    async def event(self, name: str, *parts: str) -> dict[str, str]:
        """Wait for (or find) an event of this name that contains all ``parts``."""

        def found() -> bytes | None:
            wanted = [part.encode() for part in parts]
            for message in self.taken:
                if message.startswith(b"Event: %s\r\n" % name.encode()) and all(w in message for w in wanted):
                    return message
            return None

        async with self.seen:
            await self.seen.wait_for(lambda: found() is not None)
        lines = (found() or b"").decode().split("\r\n")
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    def channel(self, endpoint: str) -> str:
        """The newest channel of an endpoint."""
        names = [
            m.split(b"Channel: ")[1].split(b"\r\n")[0]
            for m in self.taken
            if m.startswith(b"Event: Newchannel")
        ]
        return [name.decode() for name in names if f"/{endpoint}-".encode() in name][-1]

    def cut(self, folder: Path | None = None) -> None:
        """Write what was seen since the last cut into ``folder``; begin anew."""
        files = (self.log, self.queue_log)
        texts = [f.read_bytes() if f.exists() else b"" for f in files]
        if folder:
            folder.mkdir(exist_ok=True)
            (folder / "ami.txt").write_bytes(b"".join(self.taken))
            for name, text, mark in zip(("cel.csv", "queue_log"), texts, self.marks, strict=True):
                (folder / name).write_bytes(text[mark:])
        self.marks = (len(texts[0]), len(texts[1]))
        self.taken.clear()


async def capture(pbx: Pbx, names: list[str]) -> None:
    """Place the calls of the named cases, or of all, one after the other."""
    people = {"caller": "127.0.0.2", "8001": "127.0.0.11", "8002": "127.0.0.12", "8003": "127.0.0.13"}
    phones = {name: await Phone(name, ip).plug_in() for name, ip in people.items()}
    for name in names or list(cases.CASES):
        pbx.cut()
        async with asyncio.timeout(60):
            await cases.CASES[name](pbx, phones)
            await pbx.over()
        pbx.cut(HERE / name)
        print(name, flush=True)


async def main(names: list[str]) -> None:
    """Boot, capture, end Asterisk whatever happened."""
    with tempfile.TemporaryDirectory() as tmp:
        pbx = Pbx(Path(tmp) / "pbx")
        pbx.lay_out()
        await pbx.boot()
        ledger = asyncio.create_task(pbx.follow_ledger())
        try:
            await capture(pbx, names)
        finally:
            ledger.cancel()
            pbx.process.kill()
            await pbx.process.wait()


if __name__ == "__main__":
    if "INSIDE" not in os.environ:
        apart = ["unshare", "--net", "--pid", "--fork", "--kill-child", "sh", "-c"]
        command = [*apart, 'ip link set lo up; exec "$@"', "sh", sys.executable, *sys.argv]
        os.execvpe("unshare", command, {**os.environ, "INSIDE": "1"})  # noqa: S606
    asyncio.run(main(sys.argv[1:]))
