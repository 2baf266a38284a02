"""The set-up sheet of an analog gateway: what its pages have to hold, in Chinese or English. Pure.

New Rock's gateways can fetch a file of settings, but the names of its settings are not public, so there is a
sheet to type from. Firmwares name their fields differently: the sheet says what is meant, and the value.
"""

from __future__ import annotations

from typing import NamedTuple

import click

from callcenter.errors import HotlineError
from callcenter.site.edge import Trunk
from callcenter.site.gateways import Gateway
from callcenter.trunks.sheet_words import CODECS, DTMF, MAKES, WORDS

EXPIRES_SECONDS = 300
"""default_expiration of ``pjsip/00-base.conf.j2``."""


class Where(NamedTuple):
    """Asterisk as the gateway sees it, and the country whose tones the lines speak."""

    host: str
    port: int
    country: str


class Setting(NamedTuple):
    """One field of the gateway's pages."""

    name: str
    value: str


class Section(NamedTuple):
    """What stands together."""

    title: str
    settings: list[Setting]


def sheet(trunk: Trunk, where: Where, language: str) -> list[Section]:
    """Every section of a trunk's gateway. Raises HotlineError for a trunk without one."""
    if trunk.gateway is None:
        raise HotlineError(
            f"trunk {trunk.name} has no gateway: give it one in the site file (gateway: make, lines)"
        )
    writer = _Writer(trunk, trunk.gateway, where, language)
    return [
        writer.account(),
        writer.voice(),
        writer.lines(),
        *writer.telephones(),
        writer.tones(),
        writer.caller_id(),
        writer.proof(),
    ]


def print_sheet(sections: list[Section]) -> None:
    """For paper: one field a line."""
    for place, section in enumerate(sections, 1):
        click.echo(f"{place}. {section.title}")
        for setting in section.settings:
            click.echo(f"   {setting.name}: {setting.value}")


class _Writer:
    def __init__(self, trunk: Trunk, gateway: Gateway, where: Where, language: str) -> None:
        self._trunk = trunk
        self._gateway = gateway
        self._where = where
        self._language = language

    def _say(self, word: str, **values: object) -> str:
        return WORDS[word][self._language].format(**values)

    def _row(self, name: str, value: str, **values: object) -> Setting:
        return Setting(self._say(name, **values), self._say(value, **values) if value in WORDS else value)

    def account(self) -> Section:
        """How the gateway and Asterisk know each other."""
        server = f"{self._where.host}:{self._where.port}"
        rows = [self._row("server", server), self._row("transport", "UDP")]
        connection = self._trunk.connection
        if connection.by == "registration":
            rows += [
                self._row("registration", "registration_on"),
                self._row("username", connection.username),
                self._row("password", "password_where", trunk=self._trunk.name),
                self._row("expires", "seconds", seconds=EXPIRES_SECONDS),
            ]
        elif connection.by == "address":
            own = " / ".join(connection.hosts)
            rows += [self._row("registration", "registration_off"), self._row("own_address", own)]
            rows += [self._row("own_port", str(connection.port))]
        title = f"{MAKES[self._gateway.make]} · {self._trunk.title} · {self._say('account')}"
        return Section(title, rows)

    def voice(self) -> Section:
        """Codecs, keys, silence."""
        codecs = ", ".join(CODECS[codec] for codec in self._trunk.codecs)
        rows = [
            self._row("codecs", codecs),
            self._row("keys", DTMF[self._trunk.dtmf]),
            self._row("silence", "silence_off", seconds=self._trunk.silence_seconds),
            self._row("echo", "on"),
        ]
        return Section(self._say("voice"), rows)

    def lines(self) -> Section:
        """Where the calls of each line from the exchange go."""
        rows = [self._row("port", line.number, port=line.port) for line in self._gateway.office_lines]
        return Section(
            self._say("lines"), [self._row("mode", "mode_hotline"), *rows, self._row("out", "out_hunt")]
        )

    def telephones(self) -> list[Section]:
        """The accounts of analog telephones, if there are any."""
        rows = [
            self._row("port", "telephone_account", port=line.port, seat=line.seat)
            for line in self._gateway.telephones
        ]
        return [Section(self._say("telephones"), rows)] if rows else []

    def tones(self) -> Section:
        """How the gateway hears that a line is free again."""
        china = self._where.country == "cn"
        names = ("tone_busy", "tone_congestion", "tone_dial", "tone_ring") if china else ()
        rows = [self._row("country", self._where.country.upper())]
        rows += [self._row(name, f"{name}_cn") for name in names]
        rows += [
            self._row("busy", "busy_count", count=self._gateway.busy_count),
            self._row("polarity", "on" if self._gateway.polarity_reversal else "off"),
        ]
        return Section(self._say("tones"), rows)

    def caller_id(self) -> Section:
        """How the caller's number is read off the line."""
        kind = self._gateway.caller_id
        rows = [self._row("cid", f"cid_{kind}")]
        if kind != "none":
            rows += [self._row("cid_start", f"start_{self._gateway.caller_id_start}")]
            rows += [self._row("cid_wait", "cid_wait_rings"), self._row("cid_from", "cid_from_header")]
        return Section(self._say("caller_id"), rows)

    def proof(self) -> Section:
        """What shows that it works."""
        name = self._trunk.name
        return Section(
            self._say("proof"),
            [self._row("proof_state", f"hotline trunks show {name}"), self._row("proof_call", "proof_calls")],
        )
