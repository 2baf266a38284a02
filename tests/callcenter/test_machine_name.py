"""A machine that can't name itself is told so."""

from __future__ import annotations

from callcenter.machine_name import name_trouble


def test_this_machine_knows_its_name_or_says_how_to_mend_it() -> None:
    assert name_trouble("localhost") is None
    assert "/etc/hosts" in (name_trouble("no-such-host.invalid") or "")
