"""Hotline's command line: the one place where the parts are wired together. It holds no rules.

Each package brings its own commands (``…commands.py``); they are imported when they are called, and
find everything they need in the context object, ``Hotline``, which is a ``callcenter.ports.App``.
"""

from __future__ import annotations

import datetime as dt
import getpass
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callcenter.collecting import no_collection
from callcenter.command_group import Entry, LazyGroup, Sections
from callcenter.errors import HotlineError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

    from agi.snapshots import Snapshots
    from ami.connection import Account, AmiConnection
    from ami.process import Watch
    from callcenter.ports import AsteriskConsole, BootedAsterisk, Chore, Desks
    from callcenter.prompt_index import PromptIndex, PromptState
    from callcenter.secrets import Secrets
    from callcenter.settings import Settings
    from callcenter.site import Site
    from callcenter.site_file.store import LastRead
    from dialplan_templates.apply import Applier
    from dialplan_templates.context import Deployment
    from prompts.build import Built, Progress

COMMANDS: Sections = {
    "The site and its configuration": {
        "site": Entry("callcenter.site_file.commands:group", "The site file: check, load, dump."),
        "flows": Entry(
            "callcenter.flow_review.commands:flows", "Versions of flows, and what differs between two."
        ),
        "simulate": Entry("callcenter.simulator.commands:simulate_command", "Walk a call without a call."),
        "prompts": Entry("prompts.commands:prompts", "Everything that is spoken."),
        "secrets": Entry("callcenter.secret_commands:secrets", "Passwords of trunks, seats and boxes."),
        "certificates": Entry(
            "callcenter.certificate_commands:certificates", "What phones see of this machine, and until when."
        ),
        "render": Entry("dialplan_templates.commands:render", "Write the configuration to a folder."),
        "plan": Entry("dialplan_templates.commands:plan", "What an apply would change."),
        "apply": Entry("dialplan_templates.commands:apply", "Make the site's configuration live."),
        "rollback": Entry("dialplan_templates.commands:rollback", "Make a former one live again."),
        "history": Entry("dialplan_templates.commands:history", "Every configuration version."),
    },
    "Calls and people": {
        "calls": Entry("ami.hand_commands:calls", "Calls and their journeys."),
        "recordings": Entry("recordings.commands:recordings", "Recordings and their audit."),
        "scores": Entry(
            "callcenter.survey.commands:scores", "Satisfaction scores, and how often one is asked."
        ),
        "voicemail": Entry("recordings.voicemail_commands:voicemail", "Messages that callers left."),
        "mailboxes": Entry("recordings.voicemail_commands:mailboxes", "Mailboxes, their PINs and locks."),
        "conferences": Entry(
            "ami.conference_commands:conferences", "Conferences: members, mute, kick, invite."
        ),
        "follow-ups": Entry(
            "callcenter.calls.follow_up_commands:follow_ups", "What is still to be done for customers."
        ),
        "desks": Entry("ami.desk_commands:desks", "Do-not-disturb, forwarding, follow-me."),
        "phones": Entry("phones.commands:phones", "Seats' telephones: signed in, sheets, their own files."),
        "agents": Entry("ami.agent_commands:agents", "Agents and their seats."),
        "queues": Entry("ami.queue_commands:queues", "Queues, their members and who waits."),
        "callers": Entry("callcenter.routing.caller_commands:callers", "The black list and the VIP list."),
        "closing": Entry("callcenter.routing.closing_commands:closing", "Close at once, and open again."),
        "audit": Entry("callcenter.audit_commands:audit", "Who did what to calls, agents and the site."),
        "callbacks": Entry("callcenter.queues.callback_commands:callbacks", "Kept places and call-backs."),
        "trunks": Entry("callcenter.trunks.commands:trunks", "Lines to the outside: state, history, set-up."),
        "bans": Entry("ami.bans.commands:bans", "Addresses that are shut out, and the helper that does it."),
        "gaps": Entry("callcenter.calls.gap_commands:gaps", "Times in which something was not seen."),
    },
    "Running it": {
        "up": Entry("lab.up:up", "Run everything until Ctrl-C."),
        "agi": Entry("agi.commands:agi", "The FastAGI server alone."),
        "ami": Entry("ami.commands:ami", "The listener alone."),
        "web": Entry("web.commands:web", "The HTTP interface and survey pages alone."),
        "worker": Entry(
            "callcenter.worker_command:worker", "Mails, text messages and the care of recordings alone."
        ),
        "lab": Entry("lab.commands:lab", "A private Asterisk on loopback."),
        "demo": Entry("lab.demo.commands:demo", "Real calls against the sample site."),
        "loadtest": Entry("lab.loadtest.commands:loadtest", "Many calls by a plan, and a report on them."),
        "keys": Entry(
            "web.api.key_commands:keys", "Keys by which other programs may use the HTTP interface."
        ),
        "db": Entry("schema.commands:group", "The database and its revision."),
        "backup": Entry("backup.commands:backup", "Save everything to one file, while it works."),
        "restore": Entry("backup.commands:restore", "Put back what a backup holds."),
        "boards": Entry("ami.board_commands:boards", "The boards' lines: alarms, channels in use, history."),
        "doctor": Entry("doctor.commands:doctor", "What is wrong, and how to mend it."),
        "version": Entry("callcenter.version_command:version", "The versions of all parts."),
        "completion": Entry("callcenter.completion:completion", "Tab completion for your shell."),
    },
}
"""Each command, where it is, and its line on the help page; in sections."""


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
        from callcenter.secrets import Secrets

        return Secrets(self.settings.folder / "secrets.json")

    def engine(self) -> Engine:
        """The database's engine."""
        return self._engine

    @cached_property
    def _engine(self) -> Engine:
        from sqlalchemy.engine import make_url

        from schema.session import engine_for, make_folder

        make_folder(make_url(self.settings.url))
        try:
            return engine_for(self.settings.url)
        except ValueError as error:
            raise HotlineError(f"HOTLINE_DATABASE_URL: {error}") from None

    def sessions(self, read_only: bool = False) -> sessionmaker[Session]:
        """Sessions on the database."""
        from schema.session import session_factory

        return session_factory(self.engine(), read_only=read_only)

    def site(self) -> Site:
        """The site in the database."""
        with self.sessions(read_only=True)() as session:
            return self._last_site.read(session)

    @cached_property
    def _last_site(self) -> LastRead:
        from callcenter.site_file.store import LastRead

        return LastRead()

    def deployment(self) -> Deployment:
        """The machine a configuration is rendered for."""
        from callcenter.networks import networks
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
            ami_host=here.ami_listen,
            ami_port=here.ami_port,
            ami_from=[str(net) for net in networks(here.ami_from, "HOTLINE_AMI_FROM")],
            inside_nets=[str(net) for net in networks(here.inside_nets, "HOTLINE_INSIDE_NETS")],
            agi_host=here.agi_host,
            agi_port=here.agi_port,
            http_port=here.http_port,
            sip_tls_port=here.sip_tls_port,
            wss_port=here.wss_port,
            outside_host=here.outside_host,
        )

    def _certified(self, site: Site, where: Deployment) -> Deployment:
        """With the certificate's files, made when phones or trunks need one and there is none."""
        from callcenter.certificate_store import store_of

        if not (site.uses_tls or self.settings.wss_port):
            return where
        store = store_of(self.settings)
        store.ensure(self.clock())
        authorities = self.settings.tls_authorities.absolute()
        return replace(
            where, certificate=store.certificate, certificate_key=store.key, authorities=authorities
        )

    def build_prompts(
        self, progress: Callable[[Progress], None] = lambda _: None, site: Site | None = None
    ) -> Built:
        """Make every spoken thing that is missing, of the saved site or of one at hand."""
        from prompts.build import build
        from prompts.engine import EspeakEngine

        return build(
            site or self.site(),
            self.settings.prompts,
            EspeakEngine(),
            beside=self.settings.audio,
            jobs=os.cpu_count() or 1,
            progress=progress,
        )

    def prompt_states(self) -> list[PromptState]:
        """Every spoken thing, made or not."""
        from prompts.engine import EspeakEngine
        from prompts.listing import listing

        return listing(self.site(), self.settings.prompts, EspeakEngine(), self.settings.audio)

    def unfinished_recordings(self) -> list[Path]:
        """Parts that nobody writes any more and nobody has finished."""
        from recordings.integrity import idle_parts

        return idle_parts(self.settings.recordings)

    def lost_recordings(self, since: dt.timedelta) -> int:
        """How many talks that began so long ago at most should have a recording and have none."""
        from recordings.catalogue import lost

        with self.sessions(read_only=True)() as session:
            return lost(session, self.clock() - since)

    def uncopied_recordings(self, since: dt.timedelta) -> int:
        """How many that began longer ago should have a copy in the object store and have none; 0 without a store."""
        from recordings.copying import how_many_wait

        if self.settings.recordings_store is None:
            return 0
        with self.sessions(read_only=True)() as session:
            return how_many_wait(session, self.clock() - since)

    def missing_encoders(self) -> dict[str, str]:
        """Programs that the site's recording formats need and this machine has not → their packages."""
        from callcenter.recording_policy import formats
        from recordings.conversion import PACKAGES, missing_tools

        return {tool: PACKAGES[tool] for tool in missing_tools(formats(self.site()))}

    @no_collection()
    def rendered(self) -> dict[str, str]:
        """Every file of the configuration the site asks for."""
        from dialplan_templates.context import secret_names
        from dialplan_templates.dialplan import DialplanPaths, render_dialplan
        from dialplan_templates.published import refuse_unready, site_json
        from dialplan_templates.render import render
        from recordings.naming import part_folder

        site = self.site()
        refuse_unready(site)
        index = self.build_prompts(site=site).index
        secrets = self.secrets.make(secret_names(site))
        where = self._certified(site, replace(self.deployment(), secret=secrets.__getitem__))
        paths = DialplanPaths(
            agi_url=f"agi://{where.agi_host}:{where.agi_port}",
            agi_token=secrets["agi/token"],
            prompts_folder=str(where.prompts),
            part_folder=str(part_folder(self.settings.spool)),
            spool=str(self.settings.spool),
        )
        dialplan = render_dialplan(site, paths, lambda name, language: index.find(name, language).path)
        return {**render(site, where), **dialplan, "site.json": site_json(site, index)}

    @cached_property
    def _snapshots(self) -> Snapshots:
        from agi.snapshots import Snapshots

        return Snapshots(self.settings.etc)

    def live_site(self) -> tuple[Site, PromptIndex]:
        """The site that went live last, and where its prompts are. Raises OSError or ValueError without one."""
        live = self._snapshots.live()
        return live.published.site, live.prompts

    def console(self) -> AsteriskConsole | None:
        """The running Asterisk's console, None when none answers."""
        from callcenter.asterisk_console import Console

        console = Console(self.settings.control)
        return console if console.answers() else None

    def asterisk_version(self) -> tuple[int, ...]:
        """The running Asterisk's version, else that of the one that would be started; empty without one."""
        from callcenter.asterisk_console import version
        from lab.asterisk_root import find

        console = self.console()
        if console is not None:
            return version(console)
        found = find()
        return found.version if found is not None else ()

    def applier(self) -> Applier:
        """Brings configurations live."""
        from dialplan_templates.apply import Applier
        from dialplan_templates.history import History
        from dialplan_templates.stubs import stubs
        from dialplan_templates.versions import Versions

        texts = {name: text for name, text in stubs(self.deployment()).items() if name != "asterisk.conf"}
        history = History(self.sessions(), getpass.getuser(), self.clock)
        messages = self.settings.log / "messages"
        checks = _Checks(isolated=self.settings.check_network == "own")
        return Applier(Versions(self.settings.etc), texts, checks, self.console(), messages, history)

    def account(self) -> Account:
        """Hotline's own account at Asterisk's manager interface."""
        from ami.connection import Account

        here = self.settings
        return Account(
            host=here.ami_host, port=here.ami_port, username="hotline", secret=self.secrets("ami/hotline")
        )

    def watch(self) -> Watch:
        """The listener of the settings' Asterisk, wired to its connection, the database and recordings."""
        from listening import Listening

        return Listening(self).watch()

    def chores(self) -> Sequence[Chore]:
        """All that the worker does, wired to the database, recordings, mail server and message gateway."""
        from working import Working

        return Working(self).chores()

    @asynccontextmanager
    async def manager(self, **hearing: Any) -> AsyncIterator[AmiConnection]:
        """A manager connection that is up; ``wanted`` and ``on_event`` as of ``ami.once.connected``."""
        from ami.once import connected

        async with connected(self.account(), self.clock, **hearing) as connection:
            yield connection

    def desks(self) -> Desks:
        """Where a process that stays asks for things to be done, over one manager connection."""
        return self._desks

    @cached_property
    def _desks(self) -> Desks:
        from ami.agent_desk import AgentDesk
        from ami.call_desk import CallDesk
        from ami.queue_board import board
        from ami.shared import SharedManager
        from callcenter.ports import Desks
        from recordings.pause_desk import PauseDesk

        connect = SharedManager(self.account(), self.clock)
        return Desks(
            calls=CallDesk(self, connect),
            agents=AgentDesk(self, connect),
            recordings=PauseDesk(self, connect),
            queues=lambda: board(connect, self.clock),
        )


class _Checks:
    """Throw-away Asterisks; one is found or built only when a configuration is to be checked."""

    def __init__(self, *, isolated: bool) -> None:
        self._isolated = isolated

    def boot(self, etc: Path) -> AbstractContextManager[BootedAsterisk]:
        """A copy of ``etc``, booted (``callcenter.ports.AsteriskBoot``)."""
        from lab.asterisk_root import ensure
        from lab.throwaway import Throwaway

        program = ensure(lambda line: click.echo(line, err=True))
        return Throwaway(program, isolated=self._isolated).boot(etc)


@click.group(cls=LazyGroup, sections=COMMANDS)
@click.version_option(package_name="hotline-callcenter", prog_name="hotline", message="%(prog)s %(version)s")
@click.option("--home", type=click.Path(file_okay=False), help="where Hotline keeps its things")
@click.pass_context
def main(ctx: click.Context, home: str | None) -> None:
    """Hotline, a call centre on Asterisk. Settings are environment variables HOTLINE_…"""
    from pydantic import ValidationError

    from callcenter.logging import quiet
    from callcenter.settings import Settings
    from lab.home import lab_home

    quiet()
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
    main(prog_name="hotline")
