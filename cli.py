"""Hotline's command line: the one place where the parts are wired together. It holds no rules.

Each package brings its own commands (``…commands.py``); they are imported when they are called, and
find everything they need in the context object, ``Hotline``, which is a ``callcenter.ports.App``.
"""

from __future__ import annotations

import datetime as dt
import getpass
import importlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callcenter.errors import HotlineError
from callcenter.secrets import Secrets
from callcenter.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

    from ami.connection import Account, AmiConnection
    from ami.process import Watch
    from callcenter.agents import Membership
    from callcenter.ports import AsteriskConsole
    from callcenter.prompt_index import PromptIndex
    from callcenter.site import Site
    from dialplan_templates.apply import Applier
    from dialplan_templates.context import Deployment

COMMANDS = {
    "agents": "ami.agent_commands:agents",
    "agi": "agi.commands:agi",
    "ami": "ami.commands:ami",
    "apply": "dialplan_templates.commands:apply",
    "calls": "callcenter.call_commands:calls",
    "completion": "callcenter.completion:completion",
    "db": "schema.commands:group",
    "demo": "lab.demo.commands:demo",
    "doctor": "doctor.commands:doctor",
    "history": "dialplan_templates.commands:history",
    "lab": "lab.commands:lab",
    "plan": "dialplan_templates.commands:plan",
    "prompts": "prompts.commands:prompts",
    "queues": "ami.queue_commands:queues",
    "recordings": "recordings.commands:recordings",
    "render": "dialplan_templates.commands:render",
    "rollback": "dialplan_templates.commands:rollback",
    "scores": "callcenter.call_commands:scores",
    "secrets": "callcenter.secret_commands:secrets",
    "simulate": "callcenter.simulate_commands:simulate_command",
    "site": "callcenter.site_commands:group",
    "up": "lab.up:up",
    "version": "callcenter.completion:version",
}
"""Command: where it is. The order is that of the help page."""


class LazyGroup(click.Group):
    """Imports a command's module only when it is wanted, and makes one line of any HotlineError."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, by name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a mendable error is one clear line and its exit code."""
        from sqlalchemy.exc import SQLAlchemyError

        from schema.session import trouble

        try:
            return super().invoke(ctx)
        except HotlineError as error:
            click.echo(f"hotline: {error}", err=True)
            sys.exit(error.exit_code)
        except SQLAlchemyError as error:
            click.echo(f"hotline: {trouble(error)}", err=True)
            sys.exit(1)


class Hotline:
    """The program: settings, and everything made from them, each once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def at(self, settings: Settings) -> Hotline:
        """The same program with other settings."""
        return Hotline(settings)

    @staticmethod
    def clock() -> dt.datetime:
        """Now, UTC."""
        return dt.datetime.now(dt.UTC)

    @cached_property
    def secrets(self) -> Secrets:
        """Generated secrets, in the home folder."""
        return Secrets(self.settings.folder / "secrets.json")

    @lru_cache(1)  # noqa: B019 - one per program
    def engine(self) -> Engine:
        """The database's engine."""
        from sqlalchemy.engine import make_url

        from schema.session import engine_for, make_folder

        make_folder(make_url(self.settings.url))
        return engine_for(self.settings.url)

    def sessions(self, read_only: bool = False) -> sessionmaker[Session]:
        """Sessions on the database."""
        from schema.session import session_factory

        return session_factory(self.engine(), read_only=read_only)

    def site(self) -> Site:
        """The site in the database."""
        from callcenter.site_store import read

        with self.sessions(read_only=True)() as session:
            return read(session)

    def deployment(self) -> Deployment:
        """The machine a configuration is rendered for."""
        from dialplan_templates.context import Deployment, Directories

        here = self.settings
        lib = here.folder / "lib"
        folders = Directories(here.etc, lib, lib, lib, here.spool, here.control.parent, here.log)
        return Deployment(
            system_name=here.system_name,
            directories=folders,
            prompts=here.prompts,
            music=here.music / "default",
            secret=self.secrets,
            sip_host=here.sip_host,
            sip_port=here.sip_port,
            rtp_first=here.rtp_first,
            rtp_last=here.rtp_last,
            ami_port=here.ami_port,
            agi_host=here.agi_host,
            agi_port=here.agi_port,
            http_port=here.http_port,
        )

    def prompts(self, progress: Callable[[str], None] = lambda _: None) -> PromptIndex:
        """Where every spoken thing lies; what is missing is made now."""
        from prompts.build import build
        from prompts.engine import EspeakEngine

        built = build(
            self.site(),
            self.settings.prompts,
            EspeakEngine(),
            beside=self.settings.audio,
            jobs=os.cpu_count() or 1,
            progress=lambda step: progress(f"{step.done} of {step.total} {step.name}"),
        )
        for problem in built.problems:
            progress(problem)
        return built.index

    def rendered(self) -> dict[str, str]:
        """Every file of the configuration the site asks for."""
        from dialplan_templates.dialplan import DialplanPaths, render_dialplan
        from dialplan_templates.published import site_json
        from dialplan_templates.render import render
        from recordings.naming import part_folder

        site, index, where = self.site(), self.prompts(), self.deployment()
        paths = DialplanPaths(
            agi_url=f"agi://{where.agi_host}:{where.agi_port}",
            agi_token=self.secrets("agi/token"),
            prompts_folder=str(where.prompts),
            part_folder=str(part_folder(self.settings.spool)),
        )
        dialplan = render_dialplan(site, paths, lambda name, language: index.find(name, language).path)
        return {**render(site, where), **dialplan, "site.json": site_json(site, index)}

    def console(self) -> AsteriskConsole | None:
        """The running Asterisk's console, None when none answers."""
        from lab.console import Console

        console = Console(self.settings.control)
        return console if console.answers() else None

    def applier(self) -> Applier:
        """Brings configurations live."""
        from dialplan_templates.apply import Applier
        from dialplan_templates.history import History
        from dialplan_templates.stubs import stubs
        from dialplan_templates.versions import Versions
        from lab.asterisk_root import ensure
        from lab.throwaway import Throwaway

        texts = {name: text for name, text in stubs(self.deployment()).items() if name != "asterisk.conf"}
        history = History(self.sessions(), getpass.getuser(), self.clock)
        boot = Throwaway(ensure(click.echo))
        return Applier(Versions(self.settings.etc), texts, boot, self.console(), history.keep)

    def account(self) -> Account:
        """Hotline's own account at Asterisk's manager interface."""
        from ami.connection import Account

        here = self.settings
        return Account(
            host=here.ami_host, port=here.ami_port, username="hotline", secret=self.secrets("ami/hotline")
        )

    def watch(self) -> Watch:
        """The listener of the settings' Asterisk, wired to its connection, the database and recordings."""
        from ami.bookkeeper import Bookkeeper
        from ami.connection import AmiConnection
        from ami.ledger_reader import LedgerReader
        from ami.legs import RecordedLegs
        from ami.listener import Listener, Names
        from ami.process import Watch
        from callcenter.agents import logged_in, memberships
        from callcenter.journey import Endpoints, JourneyBook
        from callcenter.manager_events import LISTENED
        from recordings.capture import Capture
        from recordings.catalogue import Catalogue
        from recordings.voicemail import Mailboxes

        site, here = self.site(), self.settings
        keeper = Bookkeeper(
            self.sessions(), here.system_name, {queue.name: queue.survey for queue in site.queues}
        )
        positions, seen_at = keeper.positions()
        connection = AmiConnection(
            self.account(),
            wanted=LISTENED,
            on_event=lambda message: watch.on_event(message),
            on_state=lambda up, at, reason: watch.on_state(up, at, reason),
            clock=self.clock,
        )
        capture = Capture(connection, Catalogue(self.sessions(), here.recordings), here.spool)
        trunks = site.trunk_endpoints()
        listener = Listener(
            JourneyBook(Endpoints(set(trunks), {seat.name for seat in site.seats})),
            LedgerReader(here.log, positions),
            keeper,
            RecordedLegs(capture, {queue.name for queue in site.queues if queue.record}),
            Mailboxes(self.sessions(), here.spool, here.system_name),
            Names(trunks),
            self.clock,
        )

        def members() -> list[Membership]:
            with self.sessions(read_only=True)() as session:
                return memberships(logged_in(session), self.site())

        watch = Watch(connection, listener, keeper, members, self.clock, seen_at)
        return watch

    @asynccontextmanager
    async def manager(self) -> AsyncIterator[AmiConnection]:
        """A manager connection that is up."""
        from ami.once import connected

        async with connected(self.account(), self.clock) as connection:
            yield connection


@click.group(cls=LazyGroup)
@click.option("--home", type=click.Path(file_okay=False), help="where Hotline keeps its things")
@click.pass_context
def main(ctx: click.Context, home: str | None) -> None:
    """Hotline, a call centre on Asterisk. Settings are environment variables HOTLINE_…"""
    from pydantic import ValidationError

    from lab.home import lab_home

    try:
        settings = Settings(home=Path(home)) if home else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"HOTLINE_{str(first['loc'][0]).upper()}"
        raise click.UsageError(f"{name}: {first['msg']}") from None
    if "home" not in settings.model_fields_set:  # the one place that decides where the default home is
        settings = settings.model_copy(update={"home": lab_home(Path.cwd())})
    ctx.obj = Hotline(settings)


if __name__ == "__main__":
    main()
