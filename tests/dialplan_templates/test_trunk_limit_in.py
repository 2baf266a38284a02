"""A trunk takes no more calls in than it has channels: the next one hears busy, and is taken when others have ended."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.site import Site
from tests.dialplan_templates.living import OWN_DIALPLAN, Living, living
from tests.e2e.until import until

pytestmark = [pytest.mark.asterisk, pytest.mark.req("GW-3")]
TRUNK, ADDRESS = "e1_gateway", "127.0.0.11"
CALLERS, LIMIT = 24, 3
ARRIVING = f"""
[arriving]
exten => all,1,Dial({"&".join(f"Local/{number}@arriving" for number in range(CALLERS))},20)
exten => _X!,1,MSet(HL_TRUNK={TRUNK},HL_CHANNELS={LIMIT},GLOBAL(ARRIVED_${{EXTEN}})=1)
 same => n,Gosub(hotline_counted,s,1)
 same => n,ExecIf($["${{GOSUB_RETVAL}}" = "FULL"]?Hangup(17))
 same => n,Progress()
 same => n,Wait(60)
"""
PLAIN = Path(__file__).parent / "plain_call.xml"


@pytest.fixture
def there(small_site: Site) -> Iterator[Living]:
    narrow = [
        trunk.model_copy(update={"channels": LIMIT}) if trunk.name == TRUNK else trunk
        for trunk in small_site.trunks
    ]
    with living(small_site.model_copy(update={"trunks": narrow})) as there:
        (there.instance.etc / "operator.d/extensions.conf").write_text(OWN_DIALPLAN + ARRIVING)
        there.rx("dialplan reload")
        yield there


def up(there: Living) -> int:
    """The calls that count on the trunk."""
    return len(re.findall(rf"^\S+ +{TRUNK} ", there.rx("group show channels"), re.M))


def is_refused_with(there: Living, status: int, folder: Path) -> bool:
    """Whether a call from the gateway's address is refused so."""
    scenario = folder / f"{status}.xml"
    scenario.write_text(PLAIN.read_text().replace('"403"', f'"{status}"'))
    where = ["nsenter", f"--net=/proc/{there.instance.pid}/ns/net"]
    sipp = ["sipp", "127.0.0.1:25060", "-sf", str(scenario), "-s", "4001", "-m", "1", "-i", ADDRESS]
    more = ["-p", "25061", "-nostdin", "-timeout", "15s", "-timeout_error", "-recv_timeout", "8000"]
    done = subprocess.run([*where, *sipp, *more], capture_output=True, timeout=60, cwd=folder)
    return done.returncode == 0


def test_the_next_call_in_hears_busy(there: Living, tmp_path: Path) -> None:
    def arrived() -> bool:
        return there.rx("dialplan show globals").count("ARRIVED_") == CALLERS

    there.rx("channel originate Local/all@arriving application Wait 60")
    until(arrived, 30, "all are there")
    until(lambda: locals_left(there) == 2 * LIMIT + 2, 30, "the others are refused")
    assert up(there) == LIMIT
    assert is_refused_with(there, 486, tmp_path)
    assert up(there) == LIMIT
    there.rx("channel request hangup all")
    until(lambda: up(there) == 0, 30, "all have ended")
    assert not is_refused_with(there, 486, tmp_path)


def locals_left(there: Living) -> int:
    """Each call is two halves of a Local channel; so is the one that began them all."""
    return len(re.findall(r"^Local/", there.rx("core show channels concise"), re.M))
