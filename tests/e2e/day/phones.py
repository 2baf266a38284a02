"""Who rings and who is rung on a mixed day: SIPp for callers, seats and the carrier; as few processes as can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from lab import sipp
from lab.scenario import Agent, Caller, Key, Login, keys
from lab.sipp_run import Address, Results, Run
from tests.e2e import site_day
from tests.e2e.crowd import AGENT_HZ, CALLER_HZ, TRUNK, switch_on
from tests.e2e.day.kinds import PATIENCE_SECONDS, Trunk, again
from tests.e2e.day.plan import Planned
from tests.e2e.house import House
from tests.e2e.site_day_hands import CUSTOMERS, CUSTOMERS_HOST
from tests.e2e.telephony_site import seat_of
from tests.e2e.until import until

GATEWAY, GATEWAY_PORT = "gw_analog", 32061
GATEWAY_IP, SEATS_IP = "127.0.0.3", "127.0.0.41"
TALK_SECONDS, MOBILE_SECONDS = 1.0, 1.5
SETTLE_SECONDS = 30.0


@contextmanager
def others(house: House) -> Iterator[dict[str, Run]]:
    """Everybody who is rung besides the crowd, by who or where they are."""
    talks = Agent(tone_hz=AGENT_HZ, rings_ms=200, talk_seconds=MOBILE_SECONDS)
    passes = Agent(tone_hz=AGENT_HZ, rings_ms=200, talk_seconds=TALK_SECONDS, passes_on_to=site_day.CARE)
    never = Agent(answers=False)
    customer = Agent(tone_hz=CALLER_HZ, rings_ms=200, keys=again("1"))
    agents = (site_day.SILENT, *site_day.PASSERS)
    wanted = {
        "silent": (never, [seat_of(site_day.SILENT)]),
        "passers": (passes, [seat_of(agent) for agent in site_day.PASSERS]),
        "called": (talks, [site_day.seat(site_day.CALLED)]),
    }
    with ExitStack() as stack:
        runs = {
            name: stack.enter_context(switch_on(house, scenario, Address(SEATS_IP), seats))
            for name, (scenario, seats) in wanted.items()
        }
        for trunk, host, scenario in (
            (site_day.CARRIER, site_day.CARRIER_HOST, talks),
            (CUSTOMERS, CUSTOMERS_HOST, customer),
        ):
            at = Address(host, 5060)
            far_end = sipp.start(
                scenario, house.sip, house.sipp_logs, at=at, at_once=40, seconds=900, hears=False
            )
            runs[trunk] = stack.enter_context(far_end)
            house.asterisk.rx(f"pjsip qualify {trunk}")
        seats = {agent: seat_of(agent) for agent in agents}
        house.seat_crowd(seats)
        stack.callback(house.unseat_crowd, seats)
        until(partial(_there, house, agents), SETTLE_SECONDS, "all others can be rung")
        yield runs


def _there(house: House, agents: Sequence[str]) -> bool:
    lines = house.asterisk.rx("queue show").splitlines()
    free = [line for line in lines if "(Not in use)" in line]
    known = all(any(f"Local/{agent}*" in line for line in free) for agent in agents)
    return known and all(
        "Avail " in house.asterisk.rx(f"pjsip show aor {trunk}") for trunk in (site_day.CARRIER, CUSTOMERS)
    )


@dataclass(frozen=True)
class Alike:
    """What is alike of the calls that one SIPp places: each of these waits for something else, many times a second."""

    trunk: Trunk
    seat: str
    hangs_up: float | None
    refused_with: int | None


def alike(calls: Iterable[Planned]) -> dict[Alike, list[Planned]]:
    """The calls, in their order, by SIPp."""
    found: dict[Alike, list[Planned]] = {}
    for call in calls:
        seat = site_day.seat(call.caller) if call.kind.trunk == "seat" else ""
        same = Alike(call.kind.trunk, seat, call.kind.hangs_up, call.kind.refused_with)
        found.setdefault(same, []).append(call)
    return found


def dial_all(house: House, calls: Sequence[Planned], seconds: float) -> list[tuple[list[Planned], Results]]:
    """All calls, those of each SIPp spread evenly over the day, up to their end."""
    sipp.register(
        Login(GATEWAY, house.secret("trunk/analog")), house.sip, at=Address(GATEWAY_IP, GATEWAY_PORT)
    )
    with ExitStack() as stack:
        runs = [
            (those, stack.enter_context(_dial(house, same, those, seconds)))
            for same, those in alike(calls).items()
        ]
        return [(those, run.wait(seconds + PATIENCE_SECONDS)) for those, run in runs]


def _dial(house: House, same: Alike, calls: Sequence[Planned], seconds: float) -> Run:
    login, at = None, TRUNK
    if same.trunk == "analog":
        login, at = Login(GATEWAY, house.secret("trunk/analog")), Address(GATEWAY_IP)
    elif same.trunk == "seat":
        login, at = Login(same.seat, house.secret(f"seat/{same.seat}")), Address(SEATS_IP)
    scenario = Caller(
        dials=calls[0].dials,
        calls=[(call.dials, same.seat or call.caller) for call in calls],
        login=login,
        tone_hz=CALLER_HZ,
        keys_of=[_pin(house) if call.dials == site_day.ROOM_LINE else call.kind.keys for call in calls],
        talk_seconds=same.hangs_up,
        patience_seconds=PATIENCE_SECONDS,
        refused_with=same.refused_with,
    )
    return sipp.start(
        scenario,
        house.sip,
        house.sipp_logs,
        at=at,
        calls=len(calls),
        rate=len(calls) / seconds,
        at_once=len(calls),
        seconds=seconds + PATIENCE_SECONDS,
        hears=False,
    )


def _pin(house: House) -> tuple[Key, ...]:
    return keys(f"{house.secret(f'room/{site_day.ROOM}')}#", first_ms=1500)
