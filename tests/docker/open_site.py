"""The site of these tests: the sample, open today, with SIPp's container as its exchange."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from callcenter.site import Site
from callcenter.site_file.canonical import dump
from callcenter.site_file.document import load
from lab.demo.office_hours import with_office

SAMPLE = Path(__file__).parents[2] / "samples" / "telecom_zh_en.yaml"


def site_text(exchange: str) -> str:
    """The site file. ``exchange``: the address that calls of trunk e1 come from."""
    return dump(
        _without_wrap_up(
            _with_exchange(with_office(load(SAMPLE), dt.datetime.now(dt.UTC), is_open=True), exchange)
        )
    )


def _with_exchange(site: Site, address: str) -> Site:
    trunks = [
        trunk.model_copy(update={"connection": trunk.connection.model_copy(update={"hosts": [address]})})
        if trunk.name == "e1"
        else trunk
        for trunk in site.trunks
    ]
    return site.model_copy(update={"trunks": trunks})


def _without_wrap_up(site: Site) -> Site:
    queues = [queue.model_copy(update={"wrapup_seconds": 1}) for queue in site.queues]
    return site.model_copy(update={"queues": queues})
