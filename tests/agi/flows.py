"""A published site, a FastAGI server that walks it, and a caller at a fake Asterisk who presses keys."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from agi.process import http_client
from agi.routes import routes
from agi.server import serve
from agi.services import Services
from agi.snapshots import Snapshots
from callcenter.journal import Journal
from callcenter.prompt_index import PromptIndex, Sound
from callcenter.site import Site
from dialplan_templates.published import site_json
from tests.callcenter.flow_sites import BILINGUAL
from tests.fakes.asterisk_agi import TOKEN, Asterisk, Exchange, arguments, request

AT = dt.datetime(2026, 3, 3, 12, 0, tzinfo=dt.UTC)
INDEX = PromptIndex(
    Sound("/p/silence", 100),
    {name: {"zh": Sound(f"/p/zh/{name}", 1000), "en": Sound(f"/p/en/{name}", 1000)} for name in BILINGUAL},
)
TRUST = ssl.create_default_context()
"""Made once: it takes longer than most tests."""
GONE = "gone"
"""Pressed instead of a key: the caller hangs up at this verb."""


def publish(etc: Path, version: int, site: Site) -> Path:
    """Make a version live, as an apply does; its site.json."""
    folder = etc / "hotline.versions" / str(version)
    folder.mkdir(parents=True)
    file = folder / "site.json"
    file.write_text(site_json(site, INDEX), "utf-8")
    link = etc / "hotline.d"
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return file


class Caller:
    """Presses ``keys`` at the verbs that ask, in turn; silence after the last. Keeps what was said and set."""

    def __init__(self, keys: Sequence[str] = (), gone_at: int | None = None, verb_seconds: int = 0) -> None:
        self.keys = list(keys)
        self.gone_at = gone_at
        self.verb_seconds = verb_seconds
        """How long each verb takes by the server's clock."""
        self.verbs: list[str] = []
        self.variables: dict[str, str] = {}
        self.known: dict[str, str] = {}
        """What GET VARIABLE gives."""

    @property
    def seconds(self) -> int:
        """How long the call has lasted."""
        return len(self.verbs) * self.verb_seconds

    @property
    def words(self) -> list[str]:
        """The verbs and applications by name."""
        return [verb.split()[verb.startswith("EXEC")] for verb in self.verbs]

    async def talk(self, asterisk: Asterisk) -> Caller:
        """To the end of the script, or to the caller's."""
        while line := await asterisk.command():
            self.verbs.append(line)
            key = self._key(line)
            if key == GONE or len(self.verbs) - 1 == self.gone_at:
                await asterisk.hang_up()
                return self
            asterisk.send(self._reply(line, key).encode() + b"\n")
        return self

    def _key(self, line: str) -> str:
        asks = line.startswith(("STREAM FILE", "GET OPTION", "GET DATA", "EXEC Background"))
        return self.keys.pop(0) if asks and self.keys else ""

    def _reply(self, line: str, key: str) -> str:
        if line.startswith("GET DATA"):
            return f"200 result={key}" if key else "200 result= (timeout)"
        if line.startswith("EXEC Background"):
            return f"200 result={ord(key) if key else 0}"
        if line.startswith(("STREAM FILE", "GET OPTION")):
            return f"200 result={ord(key) if key else 0} endpos=8000"
        if line.startswith("GET VARIABLE") and (value := self.known.get(arguments(line)[2])):
            return f"200 result=1 ({value})"
        if line.startswith("EXEC MSet"):
            self._set(arguments(line)[2])
        return "200 result=0"

    def _set(self, pairs: str) -> None:
        for pair in _split(pairs):
            name, equals, value = pair.partition("=")
            if equals and name.startswith(("HL_", "_", "QUEUE")):
                self.variables[name.lstrip("_")] = value


def _split(pairs: str) -> list[str]:
    """At the commas that are not inside quotes or escaped, as Asterisk's applications do."""
    parts, quoted, escaped = [""], False, False
    for character in pairs:
        if escaped or character not in '\\",':
            parts[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif quoted:
            parts[-1] += character
        else:
            parts.append("")
    return parts


class House:
    """A worker on a folder of versions; ``call`` runs one script for one caller."""

    def __init__(self, folder: Path) -> None:
        self.etc = folder / "etc"
        self.etc.mkdir()
        self.journal = Journal(folder / "journal", "agi")
        self.snapshots = Snapshots(self.etc)
        self.sessions: Callable[[], Session] | None = None

    def call(self, caller: Caller, **more: str) -> Caller:
        """One contact; ``more``: version, cursor, outcome, variables, fallback, callerid."""
        return self.calls([caller], **more)[0]

    def calls(self, callers: list[Caller], **more: str) -> list[Caller]:
        async def all_of_them() -> list[Caller]:
            async with http_client(TRUST) as http:
                ticks = iter(range(10**6))
                services = Services(
                    self.snapshots,
                    self.journal,
                    lambda: (
                        AT
                        + dt.timedelta(
                            seconds=sum(each.seconds for each in callers), milliseconds=next(ticks)
                        )
                    ),
                    http,
                    Path("/spool"),
                    self.sessions,
                )
                server = await serve("127.0.0.1", 0, routes(services), TOKEN)
                exchange = Exchange(server.port)
                lines = [await exchange.call(opening(**more)) for _ in callers]
                async with asyncio.timeout(20):
                    talking = (caller.talk(line) for caller, line in zip(callers, lines, strict=True))
                    done = await asyncio.gather(*talking)
                    await server.stop(5)
                await exchange.close()
                return list(done)

        return asyncio.run(all_of_them())

    def facts(self, kind: str = "step") -> list[dict[str, Any]]:
        """Everything of this kind told since the last time."""
        return [fact for fact in self.every_fact() if fact["fact"] == kind]

    def every_fact(self) -> list[dict[str, Any]]:
        """Everything told since the last time."""
        found: list[dict[str, Any]] = []
        for segment in self.journal.segments():
            found += self.journal.read(segment)
            self.journal.done(segment)
        return found


def opening(**more: str) -> bytes:
    """The request of the dialplan's AGI(…/ivr,token,call,version,cursor,outcome,trunk,did,vars,fallback)."""
    values = ["node-1.0", *(more.get(name, "") for name in ("version", "cursor", "outcome"))]
    values += ["e1", "95588", more.get("variables", ""), more.get("fallback", "main")]
    numbered = {f"agi_arg_{number}": value for number, value in enumerate(values, 2)}
    own = {
        "agi_callerid": more.get("callerid", "13800138000"),
        "agi_uniqueid": more.get("uniqueid", "node-1.1"),
    }
    return request(**own, **numbered)


def told(facts: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    """These columns of every fact."""
    return [tuple(fact[column] for column in columns) for fact in facts]
