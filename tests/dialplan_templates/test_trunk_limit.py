"""A trunk never takes more calls than it has channels, however many begin in the same moment."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from callcenter.site import Site
from tests.dialplan_templates.living import OWN_DIALPLAN, Living, living
from tests.e2e.until import until

pytestmark = [pytest.mark.asterisk, pytest.mark.req("RT-5")]
CALLERS, LIMIT = 24, 3
DIALPLAN = """
[narrow]
exten => all,1,Dial({callers},20)
exten => _X!,1,MSet(_HL_OUT=narrow,_HL_LIMIT={limit},HL_TARGET=Local/far@narrow,HL_SECONDS=20,HL_CONFIRM=,HL_SHOWN=)
 same => n,Gosub({inside},out,1)
 same => n,Set(GLOBAL(NARROW_${{EXTEN}})=${{HL_OUTCOME}})
 same => n,Wait(20)
exten => far,1,Progress()
 same => n,Wait(20)
"""


@pytest.fixture
def there(small_site: Site) -> Iterator[Living]:
    with living(small_site) as there:
        (entry,) = re.findall(r"inside_[0-9a-f]{8}", there.files["extensions/00-entry.conf"])
        callers = "&".join(f"Local/{number}@narrow" for number in range(CALLERS))
        own = there.instance.etc / "operator.d/extensions.conf"
        own.write_text(OWN_DIALPLAN + DIALPLAN.format(callers=callers, limit=LIMIT, inside=entry))
        there.rx("dialplan reload")
        yield there


def test_calls_that_begin_at_once_are_as_many_as_there_are_channels(there: Living) -> None:
    there.rx("channel originate Local/all@narrow application Wait 20")

    def decided() -> tuple[int, int] | None:
        sent = len(re.findall(r"^Local/far@narrow\S+ +narrow ", there.rx("group show channels"), re.M))
        full = len(re.findall(r"NARROW_\d+=FULL", there.rx("dialplan show globals")))
        return (sent, full) if sent + full >= CALLERS else None

    assert until(decided, 15, "every call is sent or refused") == (LIMIT, CALLERS - LIMIT)
    there.rx("channel request hangup all")
