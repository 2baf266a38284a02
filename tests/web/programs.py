"""A whole program without an Asterisk, its HTTP interface, and keys for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from callcenter.audit import Actor
from callcenter.settings import Settings
from callcenter.site_file.store import save
from cli import Hotline
from schema.config import Audit
from tests.databases import Sessions
from tests.sample import sample_site
from tests.web.asking import ask
from web.api import keys
from web.api.keys import Right
from web.app import create

WANG = Actor("wang", "cli wang")
NO_PORT = 24999
"""Where no Asterisk is."""
Asked = tuple[str, str]


class Program:
    """On this database, with the sample site in it."""

    def __init__(self, sessions: Sessions, home: Path, ami_port: int = NO_PORT) -> None:
        url = sessions.kw["bind"].url.render_as_string(hide_password=False)
        self.app = Hotline(Settings(home=home, database_url=url, ami_port=ami_port))
        with self.app.sessions().begin() as session:
            save(session, sample_site(), "wang", self.app.clock)
        self.web = create(self.app)

    def close(self) -> None:
        """Let the database go."""
        self.app.engine().dispose()

    def key(self, name: str, *rights: Right) -> str:
        """A new one."""
        with self.app.sessions().begin() as session:
            return keys.add(session, name, rights, WANG, self.app.clock())

    def asks(self, method: str, path: str, key: str, **given: Any) -> httpx.Response:
        """What a program with this key is answered."""
        return ask(self.web, method, path, headers=bearer(key), **given)

    def ask_at_once(self, key: str, asked: Sequence[Asked]) -> list[httpx.Response]:
        """Many requests beside each other."""

        async def play() -> list[httpx.Response]:
            line = httpx.ASGITransport(self.web)
            async with httpx.AsyncClient(
                transport=line, base_url="http://hotline.test", headers=bearer(key)
            ) as client:
                return await asyncio.gather(*(client.request(*each) for each in asked))

        return asyncio.run(play())

    def audited(self) -> list[tuple[str, str, str, Any]]:
        """By whom, what, about what, and how it went, without what is only begun and the site's own."""
        with self.app.sessions(read_only=True)() as session:
            rows = session.query(Audit).order_by(Audit.id).all()
        told = [(row.by, row.action, row.subject, row.detail.get("outcome")) for row in rows]
        return [row for row in told if row[3] != "begun" and not row[1].startswith(("site", "key"))]


def bearer(key: str) -> dict[str, str]:
    """The header with the key."""
    return {"Authorization": f"Bearer {key}"}
