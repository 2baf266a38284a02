"""What a number outside is for toll fraud, and whether one more call may go out. Pure.

The rules of countries need nothing but the site, so they hold whatever else is away. Caps need what went out
today. While that can't be read, calls within the country go out and calls abroad, where an hour may cost more than
a year of the rest, do not, as far as a cap counts them. Emergency numbers are asked nothing at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from callcenter.routing.numbers import normal
from callcenter.site import Site
from callcenter.site.fraud import Cap
from callcenter.site_file.published import Published

Why = Literal["burst", "odd_hours", "cap"]
_ACCESS = re.compile(r"179\d\d(?=00|\+)")
"""China's codes for another carrier: abroad may follow."""


class Spent(NamedTuple):
    """What went out: calls, and minutes of talk."""

    calls: int = 0
    minutes: float = 0.0


class Usage(NamedTuple):
    """What went out today before this call, and how many calls of this person lately."""

    person: dict[bool, Spent]
    """Abroad or not."""
    house: dict[bool, Spent]
    lately: int = 0


class Told(NamedTuple):
    """An alarm. ``key``: telling of it again within its time is telling it once."""

    why: Why
    key: str
    detail: str


class Verdict(NamedTuple):
    """Whether the call goes out (``refused`` is empty), what is kept with it, and who is told."""

    refused: str = ""
    alarms: tuple[Told, ...] = ()


def is_abroad(number: str, country: str) -> bool:
    """Whether the number as it is dialled on the trunk leads to another country."""
    return _whole(number, country).startswith("+")


def is_emergency(site: Site, number: str) -> bool:
    """Whether everybody may call it at any time."""
    return number in site.emergency


def barred(site: Site, number: str) -> str:
    """Why a number, as dialled on the trunk, is never called; empty when it may be."""
    rules, whole = site.outbound, _whole(number, site.country)
    no = max((each for each in rules.barred if _begins(number, whole, each, site)), key=len, default="")
    if rules.countries is None or not whole.startswith("+"):
        return f"numbers that begin with {no} are barred" if no else ""
    yes = max((each for each in rules.countries if whole.startswith(each)), key=len, default="")
    if no and len(no) >= len(yes):
        return f"numbers that begin with {no} are barred"
    return "" if yes else f"{whole} is in none of the countries that may be called"


def back(site: Site, number: str) -> str:
    """Why who asked to be called back at a number is not: strangers choose it, so abroad needs a listed country."""
    if is_emergency(site, number):
        return f"{number} is an emergency number"
    if site.outbound.countries is None and is_abroad(number, site.country):
        return f"{number} is abroad, and no countries are listed that may be called"
    return barred(site, number)


def counts(site: Site) -> bool:
    """Whether calls have to be counted before they go out."""
    return bool(site.outbound.caps) or site.outbound.alarm is not None


def judge(published: Published, person: str, abroad: bool, usage: Usage, at: dt.datetime) -> Verdict:
    """Whether the call goes out, by what went out before it."""
    rules, day = published.site.outbound, at.astimezone(published.zone).date()
    for cap in rules.caps:
        if over := _over(cap, abroad, usage):
            key = f"cap/{person if cap.per == 'person' else 'house'}/{day}"
            alarms = (Told("cap", key, over),) if rules.alarm else ()
            return Verdict(over, alarms)
    return Verdict("", tuple(_alarms(published, person, usage, at)))


def blind(site: Site, abroad: bool) -> Verdict:
    """What holds while nobody can say what went out today."""
    if abroad and site.outbound.caps:
        return Verdict("what went out today can't be found out now: no calls abroad")
    return Verdict()


def _over(cap: Cap, abroad: bool, usage: Usage) -> str:
    if cap.abroad and not abroad:
        return ""
    spent = usage.person if cap.per == "person" else usage.house
    counted = [found for is_abroad, found in spent.items() if is_abroad or not cap.abroad]
    calls, minutes = sum(each.calls for each in counted), sum(each.minutes for each in counted)
    cap_is = f"the day's cap of the {cap.per}" + " abroad" * cap.abroad
    if cap.calls is not None and calls >= cap.calls:
        return f"{cap_is}: {cap.calls} calls, {calls} were made"
    if cap.minutes is not None and minutes >= cap.minutes:
        return f"{cap_is}: {cap.minutes} minutes, {minutes:.0f} were talked"
    return ""


def _alarms(published: Published, person: str, usage: Usage, at: dt.datetime) -> Iterator[Told]:
    alarm = published.site.outbound.alarm
    if alarm is None:
        return
    hour = f"{at.astimezone(dt.UTC):%Y-%m-%dT%H}"
    if alarm.calls is not None and usage.lately + 1 >= alarm.calls:
        detail = f"{usage.lately + 1} calls outside within {alarm.within_minutes} minutes"
        yield Told("burst", f"burst/{person}/{hour}", detail)
    state = published.calendar_state(alarm.hours, at) if alarm.hours else None
    if state is not None and state.name != "open":
        yield Told("odd_hours", f"odd_hours/{person}/{hour}", f"a call outside at odd hours: {state.reason}")


def _begins(number: str, whole: str, beginning: str, site: Site) -> bool:
    return number.startswith(beginning) or whole.startswith(normal(beginning, site.country))


def _whole(number: str, country: str) -> str:
    """The number in one form, behind another carrier's code."""
    return normal(_ACCESS.sub("", number, count=1) if country == "cn" else number, country)
