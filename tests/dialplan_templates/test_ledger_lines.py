"""The channel events reach the ledger as the columns that its reader expects."""

from __future__ import annotations

import csv
import time

import pytest

from callcenter.ledger_format import CEL_COLUMNS, CEL_FILE
from callcenter.site import Site
from tests.dialplan_templates.conftest import Boot

pytestmark = [pytest.mark.asterisk, pytest.mark.req("REP-1")]
DIALPLAN = """
[hotline_in]
exten => 1,1,Answer()
 same => n,Set(CALLERID(all)="say ""hi"", 张三" <13900000000>)
 same => n,CELGenUserEvent(MENU,main,key 1)
 same => n,UserEvent(Done)
"""


def test_a_line_has_the_named_columns_quoted_and_microseconds(boot: Boot, small_site: Site) -> None:
    asterisk = boot(small_site, {"extensions/00-base.conf": DIALPLAN})
    session = asterisk.manager("hotline")
    session.send(Action="Originate", Channel="Local/1@hotline_in", Application="Wait", Data="5", Async="true")
    session.until("UserEvent: Done")
    session.close()
    asterisk.process.terminate()
    asterisk.process.wait(30)
    with (asterisk.home / "log/cel-custom" / CEL_FILE).open(encoding="utf-8", newline="") as file:
        lines = [dict(zip(CEL_COLUMNS, line, strict=True)) for line in csv.reader(file)]
    assert {"CHAN_START", "ANSWER", "HANGUP", "CHAN_END", "LINKEDID_END"} <= {
        line["eventtype"] for line in lines
    }
    menu = next(line for line in lines if line["user_event"] == "MENU")
    assert menu["eventtype"] == "USER_DEFINED"
    assert menu["caller"] == "13900000000"
    assert "张三" in menu["caller_name"]
    seconds, _, micros = menu["eventtime"].partition(".")
    assert abs(int(seconds) - time.time()) < 60
    assert len(micros) == 6
    assert "main" in menu["extra"]
    assert menu["uniqueid"].startswith("test-")
