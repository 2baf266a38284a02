"""A real Asterisk takes each kind of change at its reload, and what it does not take is seen and undone."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.errors import ApplyFailed, ConfigRefused
from callcenter.site import Site
from dialplan_templates import endpoints
from tests.dialplan_templates.living import Living, Meddler, dialplan, living

pytestmark = [pytest.mark.asterisk, pytest.mark.req("GW-6")]
SEATS = "pjsip/endpoints-00.conf"
QUEUES = "queues/10-queues.conf"
A_SEAT = r"\[(\w+)\]\(inside\)[^\[]*<(\d+)>"
MAILBOX = "2009 => 135790,Night,,,maxsecs=60\n"
CHANGES = {
    "logger": (
        "logger/00-base.conf",
        "notice,warning,error",
        "warning,error",
        "logger show channels",
        "- WARNING ERROR",
    ),
    "manager": (
        "manager/00-base.conf",
        "write = call,agent",
        "write = call",
        "manager show user hotline",
        "call,reporting",
    ),
    "http": ("http/00-base.conf", "25088", "25089", "http show status", "127.0.0.1:25089"),
    "indications": (
        "indications/00-base.conf",
        "country = cn",
        "country = us",
        "indication show",
        "tone zone: us",
    ),
    "features": ("features/00-base.conf", "*2", "*3", "features show", "*3"),
    "rtp": ("rtp/00-base.conf", "25998", "25996", "rtp show settings", "25996"),
    "cel": ("cel/00-base.conf", ",PICKUP", "", "cel show status", "LOCAL_OPTIMIZE"),
    "cdr": ("cdr/00-base.conf", "enable = no", "enable = yes", "cdr show status", "Enabled"),
    "musiconhold": ("musiconhold/00-base.conf", "[jazz]", "[blues]", "moh show classes", "Class: blues"),
    "voicemail": (
        "voicemail/10-mailboxes.conf",
        "2002 =>",
        MAILBOX + "2002 =>",
        "voicemail show users",
        "2009",
    ),
    "queuerules": (
        "queuerules/00-base.conf",
        "realtime_rules = no",
        "realtime_rules = no\n\n[sales]\npenaltychange => 31,5",
        "queue show rules",
        "After 31 seconds, adjust QUEUE_MAX_PENALTY to 5",
    ),
    "queues": ("queues/10-queues.conf", "maxlen = 20", "maxlen = 21", "queue show sales", "max 21"),
    "pjsip": ("pjsip/endpoints-00.conf", "<8001>", "<8009>", "pjsip show endpoint desk_one", "<8009>"),
}
"""Module: the file, what is exchanged in it, and where Asterisk shows it."""
SIP_CHANGES = {
    "a password": (
        "pjsip/auths-00.conf",
        "seat-desk_one-0",
        "seat-desk_one-1",
        "pjsip show auth desk_one",
        "one-1",
    ),
    "a trunk's address": (
        "pjsip/10-trunks.conf",
        "127.0.0.12",
        "127.0.0.15",
        "pjsip show identifies",
        "127.0.0.15",
    ),
    "a provider": (
        "pjsip/10-trunks.conf",
        "retry_interval = 30",
        "retry_interval = 31",
        "pjsip show registration provider",
        ": 31",
    ),
    "a template": (
        "pjsip/00-base.conf",
        "rtp_timeout = 60",
        "rtp_timeout = 61",
        "pjsip show endpoint web_three",
        "61",
    ),
}


@pytest.fixture(scope="module")
def running(small_site: Site) -> Iterator[Living]:
    with living(small_site) as there:
        yield there


@pytest.fixture
def there(running: Living) -> Iterator[Living]:
    """Its files are live when a test begins, whatever became of the one before."""
    yield running
    if not running.applier().plan(running.files).empty:
        running.apply(running.files)


def now(there: Living, path: str, pattern: str) -> tuple[str, ...]:
    """The groups of what is found first in a file as it is live."""
    found = re.search(pattern, there.files[path])
    assert found, (path, pattern)
    return found.groups()


@pytest.mark.parametrize("module", CHANGES)
def test_a_change_is_live_when_apply_comes_back(there: Living, module: str) -> None:
    path, old, new, command, shown = CHANGES[module]
    assert there.apply(there.changed(path, old, new)) == [module]
    assert shown in there.rx(command)


@pytest.mark.parametrize("what", SIP_CHANGES)
def test_every_kind_of_sip_object_is_read_again(there: Living, what: str) -> None:
    path, old, new, command, shown = SIP_CHANGES[what]
    assert there.apply(there.changed(path, old, new)) == ["pjsip"]
    assert shown in there.rx(command)


def test_the_ledgers_columns_are_read_again(there: Living) -> None:
    assert there.apply(there.changed("cel_custom/00-base.conf", "${eventenum}", "new:${eventenum}")) == [
        "cel_custom"
    ]
    there.rx("channel originate Local/sales@waiting application NoOp")
    there.instance.wait_idle()
    assert '"new:${eventenum}"' in (there.instance.log / "cel-custom/hotline.csv").read_text()


def test_a_seat_that_is_gone_is_gone_and_a_new_one_is_there(there: Living) -> None:
    before = there.files
    assert there.apply(there.changed(SEATS, "desk_one", "desk_two")) == ["pjsip"]
    listed = there.rx("pjsip list endpoints")
    assert "desk_two" in listed
    assert "desk_one" not in listed
    assert there.apply(before) == ["pjsip"]
    assert "desk_one" in there.rx("pjsip list endpoints")


def test_a_phone_that_is_signed_in_hinders_no_change_of_its_seat(there: Living) -> None:
    contact = {"uri": "sip:desk_one@127.0.0.9:5062", "expiration_time": "4102444800", "endpoint": "desk_one"}
    kept = json.dumps(contact).replace('"', r"\"")
    there.rx(f'database put registrar contact/desk_one;@9c89df50 "{kept}"')
    assert "sip:desk_one@127.0.0.9:5062" in there.rx("pjsip show aor desk_one")
    before = there.files
    there.apply(there.changed("pjsip/auths-00.conf", "seat-desk_one", "another-password"))
    there.apply(before)


def test_the_users_conf_that_debian_brings_hinders_nothing(there: Living) -> None:
    users = there.instance.etc / "users.conf"
    users.write_text("[general]\nhasvoicemail = yes\n")
    before = there.files
    try:
        assert there.apply(there.changed("features/00-base.conf", "disconnect = *0", "disconnect = *9")) == [
            "features"
        ]
    finally:
        users.unlink()
    there.apply(before)


def test_what_only_a_start_reads_is_told(there: Living) -> None:
    files = there.changed("pjsip/00-base.conf", ":25060", ":25061")
    files["modules/00-base.conf"] += "; a change\n"
    done = there.applier().apply(files)
    assert done.restart == ["modules", "transport-udp"]


def live_file(there: Living, path: str) -> Path:
    return there.instance.etc / "hotline.d" / path


@pytest.mark.parametrize(
    ("path", "old", "new", "command"),
    [
        ("queues/10-queues.conf", "maxlen = 2", "maxlen = 3", "queue reload all"),
        ("queues/10-queues.conf", "wrapuptime = ", "wrapuptime = 1", "queue reload all"),
        ("pjsip/endpoints-00.conf", "<800", "<801", "module reload acl"),
        ("pjsip/auths-00.conf", "seat-desk_one-", "seat-desk_one-9", "module reload res_pjsip.so"),
        ("voicemail/10-mailboxes.conf", "\n200", "\n201", "voicemail reload"),
    ],
)
def test_a_file_that_asterisk_may_not_read_is_noticed_and_rolled_back(
    there: Living, path: str, old: str, new: str, command: str
) -> None:
    console = Meddler(there.instance.control, command, lambda: live_file(there, path).chmod(0))
    before = there.versions.live()
    began = time.monotonic()
    with pytest.raises(ApplyFailed, match=rf"did not come up as checked: .*; version {before} is live again"):
        there.applier(console).apply(there.changed(path, old, new))
    assert time.monotonic() - began < 10
    assert there.versions.live() == before
    assert there.applier().plan(there.files).empty
    assert list(there.told.states.values())[-1] == "failed"


def test_a_changed_endpoint_is_read_again_without_the_rest_of_sip(there: Living) -> None:
    def reload_whole() -> None:
        raise AssertionError("all of SIP was reloaded")

    console = Meddler(there.instance.control, "module reload res_pjsip.so", reload_whole)
    endpoint, number = now(there, SEATS, A_SEAT)
    there.applier(console).apply(there.changed(SEATS, f"<{number}>", "<8011>"))
    assert "<8011>" in there.rx(f"pjsip show endpoint {endpoint}")
    there.apply(there.files)
    assert f"<{number}>" in there.rx(f"pjsip show endpoint {endpoint}")


def test_an_endpoint_that_is_not_read_again_alone_comes_with_all_of_sip(
    there: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "RELOAD", "core show uptime")
    monkeypatch.setattr(endpoints, "SECONDS", 0.1)
    endpoint, number = now(there, SEATS, A_SEAT)
    there.applier().apply(there.changed(SEATS, f"<{number}>", "<8012>"))
    assert "<8012>" in there.rx(f"pjsip show endpoint {endpoint}")


def test_a_queue_made_wrong_live_is_noticed_and_rolled_back(there: Living) -> None:
    def meddle() -> None:
        text = live_file(there, QUEUES).read_text()
        live_file(there, QUEUES).write_text(text.replace("maxlen = 23", "maxlen = 7"))

    console = Meddler(there.instance.control, "queue reload all", meddle)
    queue, longest = now(there, QUEUES, r"\[(\w+)\]\(queue\)[^\[]*maxlen = (\d+)")
    with pytest.raises(ApplyFailed, match="queue show shows something else"):
        there.applier(console).apply(there.changed(QUEUES, f"maxlen = {longest}", "maxlen = 23"))
    assert f"max {longest}" in there.rx(f"queue show {queue}")


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("queues/10-queues.conf", "[sales](nothing)\n", "Inheritance requested"),
        ("pjsip/endpoints-00.conf", "[x](inside)\nallow = nonsense\n", "nonsense"),
        ("extensions/20-more.conf", "[hotline_in]\nexten => 1,1,Frobnicate()\n", "no application Frobnicate"),
        ("extensions/20-more.conf", "[more]\nexten => 1,1,Goto(nowhere,s,1)\n", "leads nowhere: nowhere,s,1"),
    ],
)
def test_what_asterisk_complains_of_or_passes_over_is_refused(
    there: Living, path: str, text: str, says: str
) -> None:
    before = there.versions.live()
    with pytest.raises(ConfigRefused, match=says):
        there.applier().apply({**there.files, path: there.files.get(path, "") + text})
    assert there.versions.live() == before
    assert list(there.told.states.values())[-1] == "refused"


def test_a_queue_with_a_caller_is_not_removed_until_it_has_run_empty(there: Living) -> None:
    there.rx("queue add member Local/1001@agents/n to support")
    there.rx("queue pause member Local/1001@agents/n")
    there.rx("channel originate Local/support@waiting application Wait 60")
    without = there.files["queues/10-queues.conf"].replace("[support](queue)", "[renamed](queue)")
    wanted = {**there.files, "queues/10-queues.conf": without}
    until(lambda: "has 1 calls" in there.rx("queue show support"))
    with pytest.raises(ConfigRefused, match="queue support has 1 caller waiting: lead new calls elsewhere"):
        there.applier().apply(wanted)
    assert "has 1 calls" in there.rx("queue show support")
    there.rx("channel request hangup all")
    until(lambda: "has 0 calls" in there.rx("queue show support"))
    assert there.apply(wanted) == ["queues"]
    there.instance.wait_idle()


def test_a_call_that_is_up_goes_on_where_it_was_over_two_new_dialplans(
    there: Living, small_site: Site
) -> None:
    before = dialplan(small_site)
    (old,) = (path for path in before if "call-" in path)
    context = old.removeprefix("extensions/call-").removesuffix(".conf")
    there.rx("queue add member Local/1001@agents/n to sales")
    there.rx("queue pause member Local/1001@agents/n")
    there.rx(f"channel originate Local/queue*0*sales@call_{context}/n application Wait 60")
    until(lambda: f"call_{context}" in there.rx("core show channels concise"))
    for token in ("1111111111111111", "2222222222222222"):
        changed = dialplan(small_site, token)
        others = {path: text for path, text in there.files.items() if not path.startswith("extensions/")}
        assert there.apply({**others, **changed}) == ["extensions"]
    assert f"call_{context}" in there.rx("core show channels concise")
    assert f"Context 'call_{context}'" in there.rx(f"dialplan show call_{context}")
    there.rx("channel request hangup all")
    there.instance.wait_idle()


def until(happened: object, seconds: float = 10.0) -> None:
    """Come back when ``happened()`` is true."""
    assert callable(happened)
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
