"""The dialplan: every jump lands, its size depends on nothing that grows, and hostile numbers get nowhere."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.ledger_format import CEL_COLUMNS, CEL_FILE
from callcenter.site import Site
from callcenter.site.edge import Did, Seat
from callcenter.site.service import Queue
from dialplan_templates.check import applications
from dialplan_templates.dialplan_check import dialplan_problems
from tests.dialplan_templates.living import Living, dialplan, living
from tests.sample import sample_site

HERE = Path(__file__).parent
CANARY = "${SHELL(touch /tmp/hotline-canary)}"
HOSTILE = [
    "500&PJSIP/desk_one",
    "500%26Local%2F1%40hotline_agents",
    "500,1,System(id)",
    "500%22x%22",
    "500" + CANARY.replace(" ", "%20").replace("{", "%7B").replace("}", "%7D"),
    "500%0D%0AX-Evil:%201",
    "*8",
    "start",
    "T",
    "h",
    "static_end",
    "queue*1*sales",
    "%24%7BEXTEN%7D",
    "+" + "9" * 400,
]


@pytest.fixture(scope="module")
def sample() -> Site:
    return sample_site()


@pytest.fixture(scope="module")
def there(small_site: Site) -> Iterator[Living]:
    with living(small_site) as there:
        yield there


@pytest.mark.asterisk
@pytest.mark.req("IVR-1")
def test_every_jump_of_the_samples_dialplan_lands(there: Living, sample: Site) -> None:
    text = "".join(dialplan(sample).values())
    assert dialplan_problems(text, there.rx("core show applications")) == []
    assert text.count("Goto") > 60


class Hurried:
    """A console whose long lists lack a line."""

    def __init__(self, there: Living) -> None:
        self._there = there

    def rx(self, command: str) -> str:
        lines = self._there.rx(command).splitlines(keepends=True)
        return "".join(line for line in lines if not line.lstrip().startswith("Return:"))


@pytest.mark.asterisk
def test_an_application_that_a_busy_asterisk_leaves_out_of_its_list_is_asked_for(there: Living) -> None:
    text = "[a]\nexten => 1,1,Return()\nexten => 1,2,Frobnicate()\n"
    listed = applications(Hurried(there), text)
    assert dialplan_problems(text, listed) == ["a,1,2: no application Frobnicate"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("exten => 1,1,Frobnicate()", "a,1,1: no application Frobnicate"),
        ("exten => 1,1,Goto(b,s,1)", "a,1,1: Goto leads nowhere: b,s,1"),
        ("exten => 1,1,Goto(2,1)", "a,1,1: Goto leads nowhere: a,2,1"),
        ("exten => 1,1,GotoIf($[1]?1,1:1,2)", "a,1,1: GotoIf leads nowhere: a,1,2"),
        ("exten => 1,1,GotoIf($[1]?again)", "a,1,1: GotoIf leads nowhere: a,1,again"),
        ("exten => 1,1,Goto(act_${X},1)", "a,1,1: Goto leads nowhere: a,act_${X},1"),
        ("exten => 1,2,Answer()", "a: exten => 1,2,Answer()"),
        ("exten => 1,1,Answer(", "a: exten => 1,1,Answer("),
        ("exten => 1,1,Dial(x,,b(b^s^1))", "a,1,1: Dial leads nowhere: b,s,1"),
    ],
)
def test_what_asterisk_passes_over_is_found(line: str, problem: str) -> None:
    known = "  Answer: x\n  Goto: x\n  GotoIf: x\n  Dial: x\n"
    assert dialplan_problems(f"[a]\n{line}\n", known) == [problem]


@pytest.mark.req("GW-4")
def test_the_dialplan_does_not_grow_with_seats_numbers_and_queues(sample: Site) -> None:
    more = {
        "seats": [Seat(name=f"seat_{n}", number=str(10000 + n), title="x") for n in range(10_000)],
        "dids": [Did(number=f"9558{n:04}", title="x", flow=sample.flows[0].name) for n in range(2_000)],
        "queues": [*sample.queues, *(Queue(name=f"queue_{n}", title="x") for n in range(500))],
    }
    assert dialplan(sample.model_copy(update=more)) == dialplan(sample)


@pytest.mark.asterisk
@pytest.mark.req("SEC-2")
def test_hostile_numbers_and_callers_reach_no_other_context_and_run_nothing(there: Living) -> None:
    numbers = there.instance.home / "numbers.csv"
    names = [CANARY.replace("/tmp", str(there.instance.spool)), "x=1,2&PJSIP/desk_one", "张三 \\\\"]
    lines = [f"{number};{names[place % len(names)]}" for place, number in enumerate(HOSTILE)]
    numbers.write_text("SEQUENTIAL\n" + "\n".join(lines) + "\n")
    canaries = (Path("/tmp/hotline-canary"), there.instance.spool / "hotline-canary")
    assert sipp(there, "hostile_call.xml", "-inf", str(numbers), "-m", str(len(lines))) == 0
    there.instance.wait_idle()
    ledger = (there.instance.log / "cel-custom" / CEL_FILE).read_text("utf-8", "replace")
    events = [dict(zip(CEL_COLUMNS, row, strict=True)) for row in csv.reader(ledger.splitlines())]
    assert {event["channel"].partition("-")[0] for event in events} == {"PJSIP/e1_gateway"}
    contexts = {re.sub("_[0-9a-f]{8}$", "", event["context"]) for event in events}
    assert contexts <= {"hotline_in", "call", ""}
    assert "call" in contexts
    assert not any(canary.exists() for canary in canaries)
    log = (there.instance.log / "messages").read_text(errors="replace")
    assert not re.findall(r"(?:WARNING|ERROR)\[\d+\]\[C-[^\n]*pbx[^\n]*", log)


def sipp(there: Living, scenario: str, *more: str) -> int:
    """SIPp's verdict on calls from the E1 gateway's address."""
    into = ["nsenter", f"--net=/proc/{there.instance.pid}/ns/net"]
    words = ["sipp", "127.0.0.1:25060", "-sf", str(HERE / scenario), "-i", "127.0.0.11", "-p", "25061"]
    timeouts = ["-r", "5", "-nostdin", "-timeout", "60s", "-timeout_error", "-recv_timeout", "20000"]
    run = subprocess.run([*into, *words, *timeouts, *more], capture_output=True, timeout=90, cwd="/tmp")
    return run.returncode
