"""From a line of the security log to a ruleset and a row, without a packet filter."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from ami.bans import store
from ami.bans.firewall import TABLE, DryRun, firewall, more, ruleset
from ami.bans.security_log import Failure, failure
from ami.bans.tally import AllowList, Tally
from ami.bans.watch import BanWatch
from ami.tail import Tail
from callcenter.errors import HotlineError, NotFound
from callcenter.site import Site
from callcenter.site.edge import ByAddress, Trunk
from callcenter.site.fraud import Bans
from schema.config import Audit
from schema.fraud import Ban
from tests.databases import Sessions
from tests.sample import sample_site

pytestmark = pytest.mark.req("SEC-2")
AT = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
STRANGER = "203.0.113.9"
RULES = Bans(tries=3, within_minutes=5, minutes=60, allow=["198.51.100.0/24"])


def line(
    event: str, account: str = "s8001", address: str = STRANGER, at: dt.datetime = AT, service: str = "PJSIP"
) -> bytes:
    return (
        f'[{at:%F %T}.000] SECURITY[7] res_security_log.c: SecurityEvent="{event}",EventTV="{at:%FT%T.%f}+0000",'
        f'Severity="Error",Service="{service}",EventVersion="1",AccountID="{account}",SessionID="1",'
        f'LocalAddress="IPV4/UDP/127.0.0.1/5060",RemoteAddress="IPV4/UDP/{address}/5071",Challenge=""'
    ).encode()


@pytest.mark.parametrize(
    ("event", "account", "service", "counts"),
    [
        ("ChallengeResponseFailed", "s8001", "PJSIP", True),
        ("ChallengeResponseFailed", "<unknown>", "PJSIP", True),
        ("ChallengeSent", "<unknown>", "PJSIP", True),
        ("ChallengeSent", "s8001", "PJSIP", False),
        ("InvalidAccountID", "<unknown>", "PJSIP", False),
        ("FailedACL", "s8001", "PJSIP", True),
        ("InvalidPassword", "hotline", "AMI", False),
        ("SuccessfulAuth", "s8001", "PJSIP", False),
    ],
)
def test_what_counts_as_a_failed_attempt(event: str, account: str, service: str, counts: bool) -> None:
    found = failure(line(event, account, service=service))
    assert found == (Failure(AT, STRANGER, event, account) if counts else None)


def test_an_ipv6_address_and_an_ipv4_one_inside_it() -> None:
    told = line("ChallengeResponseFailed").replace(b"IPV4/UDP/203.0.113.9", b"IPV6/TCP/2001:DB8::9")
    assert (failure(told) or pytest.fail()).address == "2001:db8::9"
    told = line("ChallengeResponseFailed").replace(b"IPV4/UDP/203.0.113.9", b"IPV6/UDP/::ffff:203.0.113.9")
    assert (failure(told) or pytest.fail()).address == STRANGER


FORGED = 'x",LocalAddress="IPV4/UDP/1.1.1.1/5060",RemoteAddress="IPV4/UDP/198.51.100.7/5060",y="'


@given(st.text(max_size=60))
def test_no_call_id_and_no_response_shut_out_somebody_else(junk: str) -> None:
    """As 22.10.1 writes them: a Call-ID as it came, a response with its quotes escaped."""
    told = line("ChallengeResponseFailed").decode()
    for hostile in (junk, FORGED, FORGED + junk):
        response = hostile.replace("\\", "\\\\").replace('"', '\\"')
        there = told.replace('SessionID="1"', f'SessionID="{hostile}"') + f',Response="{response}"'
        assert (failure(there.encode()) or pytest.fail()).address == STRANGER


@given(st.binary(max_size=200))
def test_any_bytes_are_a_line(junk: bytes) -> None:
    assert failure(junk) is None


def failed(address: str = STRANGER, at: dt.datetime = AT) -> Failure:
    return Failure(at, address, "ChallengeResponseFailed", "x")


def test_a_ban_comes_with_the_last_try_within_the_time() -> None:
    tally = Tally(RULES, AllowList())
    assert [tally.hear(failed(at=AT + n * SECOND)) is not None for n in range(4)] == [
        False,
        False,
        True,
        False,
    ]
    slow = Tally(RULES, AllowList())
    assert [slow.hear(failed(at=AT + n * 3 * MINUTE)) for n in range(9)] == [None] * 9


def test_who_is_allowed_is_never_banned() -> None:
    tally = Tally(RULES, AllowList(RULES.allow))
    for address in ("198.51.100.200", "127.0.0.1", "::1"):
        assert [tally.hear(failed(address)) for _ in range(9)] == [None] * 9


def test_the_ruleset_is_one_that_the_kernel_understands(tmp_path: Path) -> None:
    banned = {STRANGER: 60, "2001:db8::9": 1, "203.0.113.10": 0}
    texts = [ruleset(banned, [5060, 8088]), ruleset({}, [5060]), ruleset({}, [5060]) + more(banned)]
    assert f"add element inet {TABLE} banned6 {{ 2001:db8::9 timeout 1s }}" in texts[2]
    assert "banned4 meta l4proto { tcp, udp } th dport { 5060, 8088 } drop" in texts[0]
    if os.geteuid() != 0 or shutil.which("nft") is None:
        pytest.skip("needs root and nft to be checked")
    for checked in texts:
        done = subprocess.run(
            ["unshare", "-n", "nft", "-f", "-"], input=checked, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_without_rights_it_is_a_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(firewall(dry_run=True), DryRun)
    monkeypatch.setattr("ctypes.util.find_library", lambda _: None)
    assert isinstance(firewall(), DryRun)


def a_site() -> Site:
    trunk = Trunk(name="out", title="x", connection=ByAddress(by="address", hosts=["192.0.2.5"]))
    return sample_site().model_copy(update={"bans": RULES, "trunks": [trunk]})


def test_trunks_and_this_machine_are_allowed() -> None:
    found = store.allowed(a_site())
    assert all(address in found for address in ("192.0.2.5", "127.0.0.1", "::1", "198.51.100.1"))
    assert STRANGER not in found


class Kept:
    """A packet filter that can be looked at, and can refuse."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refuses = False

    def apply(self, ruleset: str) -> None:
        if self.refuses:
            raise HotlineError("no such table")
        self.told.append(ruleset)


class Watched:
    """A watch over a file, at a time of the test's choosing."""

    def __init__(self, folder: Path, sessions: Sessions) -> None:
        self.log, self.filter, self.now = folder / "security", Kept(), AT
        self.log.touch()
        self.watch = BanWatch(Tail(self.log), sessions, self.filter, [5060], a_site, lambda: self.now)

    def look(self, *lines: bytes) -> str:
        with self.log.open("ab") as file:
            file.writelines(each + b"\n" for each in lines)
        self.watch.look()
        return self.filter.told[-1] if self.filter.told else ""


@pytest.fixture
def watched(tmp_path: Path, sessions: Sessions) -> Watched:
    return Watched(tmp_path, sessions)


def attack(watched: Watched, address: str = STRANGER) -> str:
    return watched.look(*(line("ChallengeResponseFailed", address=address, at=watched.now) for _ in range(3)))


def test_a_ban_is_in_force_in_the_rows_and_audited(watched: Watched, sessions: Sessions) -> None:
    watched.look()
    assert attack(watched) == f"add element inet {TABLE} banned4 {{ {STRANGER} timeout 3600s }}\n"
    with sessions() as session:
        [ban] = session.scalars(store.in_force(AT))
        assert (ban.address, ban.until, ban.by) == (STRANGER, AT + 60 * MINUTE, "hotline")
        [row] = session.scalars(select(Audit))
        assert (row.action, row.subject) == ("ban.add", STRANGER)


def test_bans_outlive_the_helper_and_end_in_their_time(
    watched: Watched, sessions: Sessions, tmp_path: Path
) -> None:
    attack(watched)
    (tmp_path / "security").unlink()
    later = Watched(tmp_path, sessions)
    later.now = AT + 20 * MINUTE
    assert f"{STRANGER} timeout 2400s" in later.look()
    later.now = AT + 60 * MINUTE
    assert STRANGER not in later.look()


def test_what_is_typed_is_followed(watched: Watched, sessions: Sessions) -> None:
    watched.look()
    with sessions.begin() as session:
        store.add(session, STRANGER, AT + MINUTE, "ada", "by hand", AT)
    watched.now += 2 * SECOND
    assert STRANGER in watched.look()
    with sessions.begin() as session:
        store.lift(session, STRANGER, "ada", AT)
    watched.now += 2 * SECOND
    assert STRANGER not in watched.look()
    with sessions() as session, pytest.raises(NotFound):
        store.lift(session, STRANGER, "ada", AT)


def test_an_allowed_address_in_the_rows_is_not_shut_out(watched: Watched, sessions: Sessions) -> None:
    with sessions.begin() as session:
        store.add(session, "192.0.2.5", AT + MINUTE, "ada", "a mistake", AT)
    assert "192.0.2.5" not in watched.look()


def test_a_table_that_is_gone_is_put_in_place_again(watched: Watched) -> None:
    watched.look()
    watched.filter.refuses = True
    attack(watched)
    watched.filter.refuses = False
    watched.now += 2 * SECOND
    assert f"{STRANGER} timeout" in (found := watched.look())
    assert found.startswith(f"add table inet {TABLE}")


def test_while_the_database_is_away_strangers_are_shut_out_and_written_down_later(
    watched: Watched, sessions: Sessions
) -> None:
    watched.look()
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE bans RENAME TO away"))
    assert STRANGER in attack(watched)
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE away RENAME TO bans"))
    watched.now += 2 * SECOND
    watched.look()
    with sessions() as session:
        assert [ban.address for ban in session.scalars(select(Ban))] == [STRANGER]


@pytest.mark.parametrize("text", ["", "x", "203.0.113.9/24", "203.0.113.9; drop"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(HotlineError, match="no address"):
        store.normal_address(text)
