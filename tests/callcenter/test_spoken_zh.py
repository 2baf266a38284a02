"""Values in Chinese, against cn2an and against sentences a speaker wrote."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter import spoken

NUMBERS = st.one_of(
    st.integers(0, 10**9),
    # round numbers with holes, where 零 and 一十 are decided
    st.lists(st.sampled_from("0000123"), min_size=1, max_size=12).map(lambda digits: int("".join(digits))),
)


def heard(keys: tuple[str, ...]) -> str:
    return "".join(spoken.phrases("zh")[key] for key in keys)


def zero_is_lost_by_the_oracle(n: int) -> bool:
    """cn2an writes 一亿一千 for 一亿零一千, and cannot read that back itself."""
    return n >= 10**8 and n // 10**4 % 10**4 == 0 and n % 10**4 >= 1000


@pytest.mark.req("IVR-4")
@given(NUMBERS)
def test_any_number_agrees_with_an_independent_reader_of_numbers(n: int):
    text = heard(spoken.number(n, "zh")).replace("两", "二")
    assert cn2an.cn2an(text, "normal") == n
    assert text == cn2an.an2cn(n, "low") or zero_is_lost_by_the_oracle(n)


@given(st.integers(0, 9999), st.text("0123456789", min_size=1, max_size=6))
def test_any_decimal_agrees_with_an_independent_reader_of_numbers(whole: int, fraction: str):
    value = Decimal(f"-{whole}.{fraction}5")
    assert heard(spoken.number(value, "zh")).replace("两", "二") == cn2an.an2cn(f"{value}", "low")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (110, "一百一十"),
        (200, "两百"),
        (222, "两百二十二"),
        (1010, "一千零一十"),
        (2222, "两千二百二十二"),
        (10010, "一万零一十"),
        (20002, "两万零二"),
        (100000, "十万"),
        (200000, "二十万"),
        (2 * 10**8, "两亿"),
        (10**8 + 2 * 10**4, "一亿零两万"),
        (10**8 + 1000, "一亿零一千"),
        (10**8 + 10**7, "一亿一千万"),
        (2 * 10**12, "两万亿"),
        (2.5, "二点五"),
        (Decimal("0.20"), "零点二"),
        (-10, "负十"),
    ],
)
def test_a_number_is_spoken_as_people_say_it(value: int | float | Decimal, text: str):
    assert heard(spoken.number(value, "zh")) == text


def test_digits_go_one_by_one_and_one_is_yao_on_the_telephone():
    assert heard(spoken.digits("10086", "zh")) == "幺零零八六"
    assert heard(spoken.digits("10086", "zh", telephone=False)) == "一零零八六"
    assert heard(spoken.digits("12", "zh")) == "一二"
    assert heard(spoken.digits("+86 138-0013", "zh")) == "八六幺三八零零幺三"


def test_a_date_reads_its_year_digit_by_digit():
    day = dt.date(2026, 10, 1)
    assert heard(spoken.date(day, "zh")) == "二零二六年十月一日"
    assert heard(spoken.date(day, "zh", today=dt.date(2026, 3, 3))) == "十月一日"
    assert heard(spoken.date(day, "zh", today=dt.date(2025, 3, 3))) == "二零二六年十月一日"
    assert [heard(spoken.date(day, "zh", day - dt.timedelta(days=n))) for n in (-1, 0, 1)] == [
        "昨天",
        "今天",
        "明天",
    ]


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        ("00:00", "凌晨零点"),
        ("00:10", "凌晨零点十分"),
        ("02:30", "凌晨两点半"),
        ("09:05", "上午九点零五分"),
        ("10:02", "上午十点零二分"),
        ("12:00", "中午十二点"),
        ("14:15", "下午两点十五分"),
        ("14:30", "下午两点半"),
        ("18:00", "晚上六点"),
        ("23:59", "晚上十一点五十九分"),
    ],
)
def test_a_time_has_its_part_of_the_day(clock: str, text: str):
    assert heard(spoken.time(dt.time.fromisoformat(clock), "zh")) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12.34", "CNY", "十二元三角四分"),
        ("2.22", "CNY", "两元两角两分"),
        ("12.05", "CNY", "十二元零五分"),
        ("100", "CNY", "一百元"),
        ("0.5", "CNY", "五角"),
        ("0.02", "CNY", "两分"),
        ("0", "CNY", "零元"),
        ("-0.305", "CNY", "负三角一分"),
        ("2.02", "USD", "两美元两美分"),
        ("3.10", "HKD", "三港元一角"),
    ],
)
def test_money_is_counted_in_its_coins(amount: str, currency: str, text: str):
    assert heard(spoken.money(Decimal(amount), currency, "zh")) == text


def test_two_is_liang_before_a_measure_word_but_not_in_a_place():
    assert heard(spoken.position(2, "zh")) == "第二位"
    assert heard(spoken.position(12, "zh")) == "第十二位"
    assert heard(spoken.count(2, "people", "zh")) == "两位"
    assert heard(spoken.count(2, "minutes", "zh")) == "两分钟"
    assert heard(spoken.count(12, "minutes", "zh")) == "十二分钟"


def test_an_agent_is_presented_digit_by_digit():
    assert spoken.agent_text("1001", "zh") == "工号幺零零幺为您服务"
