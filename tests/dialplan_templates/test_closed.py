"""What is rendered leaves nothing open: no guest, no number as a name, no short secret, no way out from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from callcenter.secrets import Secrets
from callcenter.site.fraud import Outbound
from callcenter.site.outbound import Route
from dialplan_templates.context import secret_names
from dialplan_templates.render import render
from tests.dialplan_templates.conf_reader import read
from tests.dialplan_templates.living import dialplan
from tests.dialplan_templates.throwaway import deployment
from tests.sample import sample_site

pytestmark = pytest.mark.req("SEC-2")
SITE = sample_site().model_copy(
    update={
        "routes": [Route(name="all", title="x", prefixes=[""], rights="inside", trunks=["e1"])],
        "outbound": Outbound(emergency=["110"]),
    }
)
OUTSIDE = re.compile(r"(?:PJSIP|DAHDI)/[^,\s]*(?:@|g\d+/)")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("closed")
    secrets = Secrets(folder / "secrets.json")
    secrets.make(secret_names(SITE))
    return render(SITE, replace(deployment(Path("/srv/hotline")), secret=secrets))


def test_every_password_is_long_and_no_two_are_the_same(files: dict[str, str]) -> None:
    found = [
        value
        for path, text in files.items()
        for _, pairs in read(text)
        for key, value in pairs
        if key in ("password", "secret")
    ]
    assert len(found) > 5
    assert len(set(found)) == len(found)
    assert min(map(len, found)) >= 20


def test_no_name_that_signs_in_is_a_number_and_nobody_comes_in_without_one(files: dict[str, str]) -> None:
    names = [
        header.partition("]")[0][1:]
        for path, text in files.items()
        if path.startswith("pjsip/")
        for header, _ in read(text)
    ]
    assert not [name for name in names if name[0].isdigit() or name in ("anonymous", "guest", "default")]
    assert "anonymous" not in files["modules/00-base.conf"]
    contexts = {
        value
        for path, text in files.items()
        if path.startswith("pjsip/")
        for _, pairs in read(text)
        for key, value in pairs
        if key == "context"
    }
    assert contexts == {"hotline_in", "hotline_inside"}


def test_a_line_from_outside_never_reaches_a_route() -> None:
    """Whatever begins in ``hotline_in`` never begins where a seat's dialled number is looked up."""
    contexts = {
        header.partition("]")[0][1:]: [f"{key}={value}" for key, value in pairs]
        for text in dialplan(SITE).values()
        for header, pairs in read(text)
    }
    everybody = next(name for name in contexts if "everybody" in name)
    assert any(OUTSIDE.search(line) for line in contexts[everybody])
    reached, wanted = set[str](), {"hotline_in"}
    while wanted:
        name = wanted.pop()
        reached.add(name)
        for line in contexts[name]:
            wanted |= {
                other for other in contexts if re.search(rf"[(?:,]{re.escape(other)},start", line)
            } - reached
    assert not {name for name in reached if "inside" in name or "everybody" in name}
    assert len(reached) > 1
