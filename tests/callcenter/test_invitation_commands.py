"""``hotline scores invite`` and ``hotline scores invitations``, as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.settings import Settings
from callcenter.site_file import store as site_store
from cli import Hotline, main
from schema.surveys import Invitation
from tests.web.asking import ask
from tests.web.survey_house import MOBILE, SurveyHouse, linked_site

pytestmark = [pytest.mark.req("SAT-5")]
READY = {"HOTLINE_WEB_URL": "https://call.example.com", "HOTLINE_SMS_URL": "https://sms.example.com/send"}


@pytest.fixture
def house(tmp_path: Path, migrated: Path) -> SurveyHouse:
    (tmp_path / "database").mkdir()
    shutil.copy(migrated, tmp_path / "database")
    app = Hotline(Settings(home=tmp_path))
    with app.sessions().begin() as session:
        site_store.save(session, linked_site(), "test", app.clock)
    return SurveyHouse(app.sessions())


def hotline(home: Path, *words: str, **settings: str) -> Result:
    return CliRunner(env=settings).invoke(main, ["--home", str(home), "scores", *words], prog_name="hotline")


def test_a_link_by_hand_is_printed_and_waits_to_be_sent(house: SurveyHouse, tmp_path: Path) -> None:
    words = ("invite", house.record.call_id, "--visit", "1", "--number", "+8613900139000")
    first, again = (hotline(tmp_path, *words, **READY) for _ in range(2))
    [made] = house.rows(Invitation)
    assert first.output == again.output == f"https://call.example.com/s/{made.token}\n"
    assert (made.state, made.number) == ("waiting", "13900139000")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("HOTLINE_WEB_URL", "set HOTLINE_WEB_URL and HOTLINE_WEB_PORT"),
        ("HOTLINE_SMS_URL", "there is no gateway for messages: set HOTLINE_SMS_URL"),
    ],
)
def test_what_is_not_set_is_told_in_a_line_and_nothing_is_made(
    house: SurveyHouse, tmp_path: Path, missing: str, said: str
) -> None:
    there = {name: value for name, value in READY.items() if name != missing}
    done = hotline(tmp_path, "invite", house.record.call_id, **there)
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert said in done.stderr
    assert house.rows(Invitation) == []


def test_the_list_shows_whom_and_how_far_and_no_token(house: SurveyHouse, tmp_path: Path) -> None:
    token = house.invited().token
    told = hotline(tmp_path, "invitations").output
    assert MOBILE in told
    assert "waiting" in told
    figures = hotline(tmp_path, "invitations", "--state", "waiting", "--json").output
    [row] = json.loads(figures)
    assert (row["call_id"], row["visit"], row["language"]) == (house.record.call_id, 1, "zh")
    assert token not in told + figures
    assert json.loads(hotline(tmp_path, "invitations", "--state", "sent", "--json").output) == []


def test_the_way_of_a_score_is_told(house: SurveyHouse, tmp_path: Path) -> None:
    token = house.invited().token
    assert ask(house.web, "POST", f"/s/{token}", data={"score": "4"}).status_code == 200
    [row] = json.loads(hotline(tmp_path, "--json").output)
    assert (row["score"], row["way"]) == (4, "web")
    assert "web" in hotline(tmp_path).output
    page = CliRunner().invoke(main, ["--home", str(tmp_path), "calls", "show", house.record.call_id]).output
    assert "scored 4 by web" in page
