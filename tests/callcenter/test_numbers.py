"""One caller is one number, whatever the line writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.routing.numbers import beginnings, normal, written

pytestmark = [pytest.mark.req("RT-1", "RT-2")]
MOBILE = "13800138000"
AREA = "075588886666"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (MOBILE, MOBILE),
        ("+8613800138000", MOBILE),
        ("008613800138000", MOBILE),
        ("8613800138000", MOBILE),
        ("013800138000", MOBILE),
        ("+86 138-0013-8000", MOBILE),
        (AREA, AREA),
        ("+8675588886666", AREA),
        ("008675588886666", AREA),
        ("+86075588886666", AREA),
        ("8675588886666", AREA),
        ("75588886666", AREA),
        ("88886666", "88886666"),
        ("+861012345678", "01012345678"),
        ("95588", "95588"),
        ("+8695588", "95588"),
        ("4008001000", "4008001000"),
        ("+864008001000", "4008001000"),
        ("0085221234567", "+85221234567"),
        ("+85221234567", "+85221234567"),
        ("anonymous", ""),
        ("", ""),
        ("+", ""),
    ],
)
def test_every_way_to_write_a_number_is_one_number(text: str, number: str) -> None:
    assert normal(text) == number


@pytest.mark.parametrize(
    ("text", "begins"), [("+86138", "138"), ("+86755", "0755"), ("0755", "0755"), ("138", "138")]
)
def test_the_beginning_of_a_number_is_the_number_s_beginning(text: str, begins: str) -> None:
    assert normal(text) == begins


def test_another_country_only_loses_its_zeros() -> None:
    assert normal("0044207", "gb") == "+44207"
    assert normal("+8613800138000", "gb") == "+8613800138000"
    assert written("0207", "gb") == ("0207",)


@given(st.from_regex(r"(1[3-9][0-9]{9}|0[2-9][0-9]{9,10}|\+[1-79][0-9]{6,12})", fullmatch=True))
def test_whatever_a_line_writes_is_found_again(text: str) -> None:
    number = normal(text)
    assert normal(number) == number
    assert {normal(way) for way in written(number)} == {number}
    assert beginnings(number)[-1] == number
