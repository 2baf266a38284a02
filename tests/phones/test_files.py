"""Each make's file, letter by letter, and names that try to be more than a name."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from callcenter.site.phones import Make
from callcenter.site.words import Title
from phones.files import file_name, file_of
from tests.dialplan_templates.golden import expect
from tests.phones.accounts import MAKES, REACH, account_of, seat_of

ANY_TITLE = st.text(min_size=1, max_size=40)
TITLE: TypeAdapter[str] = TypeAdapter(Title)


def text_of(make: Make, title: str = "前台 Reception", encryption: str = "sdes") -> str:
    phone = seat_of(make).phone
    assert phone is not None
    return file_of(account_of(make, title, encryption), phone).text


@pytest.mark.req("GW-4")
def test_each_makes_file_is_as_it_was() -> None:
    files = {}
    for make in MAKES:
        phone = seat_of(make).phone
        assert phone is not None
        files[f"{make}/{file_name(phone)}"] = text_of(make)
        files[f"{make}/plain"] = text_of(make, encryption="none")
    expect("phones", files)


def is_title(text: str) -> bool:
    try:
        TITLE.validate_python(text)
    except ValidationError:
        return False
    return True


HOSTILE = [
    "</P3><P34>mine</P34>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
    "&e;",
    "a]]>b",
    "%NULL%",
    "%EMPTY%",
    "account.1.password = x",
    "$mac",
    "\ufffe\uffff",
    "\u202e反",
    " ",
    "\x9b",
    "''\"",
    "\\n",
]


@pytest.mark.req("GW-4")
@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("make", MAKES)
def test_a_hostile_name_is_a_name_and_nothing_else(make: Make, title: str) -> None:
    unchanged_but_for_the_name(make, title)


@given(title=ANY_TITLE.filter(is_title))
@pytest.mark.parametrize("make", MAKES)
def test_no_name_at_all_changes_another_setting(make: Make, title: str) -> None:
    unchanged_but_for_the_name(make, title)


def unchanged_but_for_the_name(make: Make, title: str) -> None:
    told, usual = settings(make, text_of(make, title)), settings(make, text_of(make, "x"))
    differ = {key for key in told.keys() | usual.keys() if told.get(key) != usual.get(key)}
    assert differ <= {"account.1.display_name", "P3", "DisplayName"}


def settings(make: Make, text: str) -> dict[str, str]:
    """The file's settings, read as its phone reads them."""
    if make == "yealink":
        first, *lines, last = text.split("\n")
        assert (first, last) == ("#!version:1.0.0.1", "")
        assert all(re.fullmatch(r"[a-z0-9_.]+ = .*", line) for line in lines)
        return dict(
            line.split(" = ", 1) if " = " in line else (line.removesuffix(" ="), "") for line in lines
        )
    tree = ElementTree.fromstring(text.encode())  # noqa: S314 - our own
    return {each.tag: each.text or "" for each in tree.iter() if len(each) == 0}


@pytest.mark.parametrize("make", MAKES)
def test_a_phone_that_fetches_nothing_is_told_no_address(make: Make) -> None:
    seat = seat_of(make)
    assert seat.phone is not None
    alone = file_of(account_of(make, at=replace(REACH, phones_port=None)), seat.phone).text
    assert "8443" not in alone
    assert "phone-desk1" not in alone
    assert "phone-desk1" in text_of(make)
