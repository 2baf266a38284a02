"""Who rings and who is rung on a mixed day: SIPp for each kind of caller, each seat and the carrier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

from lab import sipp
from lab.scenario import Agent, Caller, Key, Login, keys
from lab.sipp_run import Address, Results, Run
from tests.e2e import site_day
from tests.e2e.crowd import AGENT_HZ, CALLER_HZ, TRUNK
from tests.e2e.day.kinds import Kind
from tests.e2e.day.plan import Planned
from tests.e2e.house import House
from tests.e2e.site_day_hands import CUSTOMERS, CUSTOMERS_HOST
from tests.e2e.telephony_site import seat_of
from tests.e2e.until import until

GATEWAY, GATEWAY_PORT = "gw_analog", 32061
GATEWAY_IP, SEATS_IP = "127.0.0.3", "127.0.0.41"
TALK_SECONDS, MOBILE_SECONDS = 1.0, 1.5
PATIENCE_SECONDS = 120.0
SETTLE_SECONDS = 30.0


@contextmanager
def others(house: House) -> Iterator[dict[str, Run]]:
    """Everybody who is rung besides the crowd, by agent, inside number or trunk."""
    talks = Agent(tone_hz=AGENT_HZ, rings_ms=200, talk_seconds=MOBILE_SECONDS)
    passes = Agent(tone_hz=AGENT_HZ, rings_ms=200, talk_seconds=TALK_SECONDS, passes_on_to=site_day.CARE)
    never = Agent(answers=False)
    customer = Agent(tone_hz=CALLER_HZ, rings_ms=200, keys=tuple(Key("1", 1500) for _ in range(30)))
    wanted = {site_day.SILENT: never, **dict.fromkeys(site_day.PASSERS, passes), site_day.CALLED: talks}
    agents = [agent for agent in wanted if agent != site_day.CALLED]
    with ExitStack() as stack:
        runs = {
            number: stack.enter_context(_phone(house, _account(number), scenario))
            for number, scenario in wanted.items()
        }
        for trunk, host, scenario in (
            (site_day.CARRIER, site_day.CARRIER_HOST, talks),
            (CUSTOMERS, CUSTOMERS_HOST, customer),
        ):
            at = Address(host, 5060)
            far_end = sipp.start(scenario, house.sip, house.sipp_logs, at=at, at_once=40, seconds=900)
            runs[trunk] = stack.enter_context(far_end)
            house.asterisk.rx(f"pjsip qualify {trunk}")
        seats = {agent: seat_of(agent) for agent in agents}
        house.seat_crowd(seats)
        stack.callback(house.unseat_crowd, seats)
        until(partial(_there, house, agents), SETTLE_SECONDS, "all others can be rung")
        yield runs


def _account(number: str) -> str:
    return site_day.seat(number) if number == site_day.CALLED else seat_of(number)


def _phone(house: House, seat: str, scenario: Agent) -> Run:
    scenario = replace(scenario, login=Login(seat, house.secret(f"seat/{seat}")))
    at = Address(SEATS_IP)
    return sipp.start(scenario, house.sip, house.sipp_logs, at=at, at_once=40, seconds=900)


def _there(house: House, agents: Sequence[str]) -> bool:
    lines = house.asterisk.rx("queue show").splitlines()
    free = [line for line in lines if "(Not in use)" in line]
    known = all(any(f"Local/{agent}*" in line for line in free) for agent in agents)
    return known and all(
        "Avail " in house.asterisk.rx(f"pjsip show aor {trunk}") for trunk in (site_day.CARRIER, CUSTOMERS)
    )


def dial_all(house: House, calls: Mapping[Kind, Sequence[Planned]], seconds: float) -> dict[Kind, Results]:
    """All calls, those of each kind spread evenly over the day, up to their end."""
    sipp.register(
        Login(GATEWAY, house.secret("trunk/analog")), house.sip, at=Address(GATEWAY_IP, GATEWAY_PORT)
    )
    with ExitStack() as stack:
        runs = {
            kind: stack.enter_context(_dial(house, kind, those, seconds)) for kind, those in calls.items()
        }
        return {kind: run.wait(seconds + PATIENCE_SECONDS) for kind, run in runs.items()}


def _dial(house: House, kind: Kind, calls: Sequence[Planned], seconds: float) -> Run:
    seat = site_day.seat(calls[0].caller)
    login, at = None, TRUNK
    if kind.trunk == "analog":
        login, at = Login(GATEWAY, house.secret("trunk/analog")), Address(GATEWAY_IP)
    elif kind.trunk == "seat":
        login, at = Login(seat, house.secret(f"seat/{seat}")), Address(SEATS_IP)
    scenario = Caller(
        dials=calls[0].dials,
        calls=[(call.dials, seat if kind.trunk == "seat" else call.caller) for call in calls],
        login=login,
        tone_hz=CALLER_HZ,
        keys=kind.keys if kind.dials != site_day.ROOM_LINE else _pin(house),
        talk_seconds=kind.hangs_up,
        patience_seconds=PATIENCE_SECONDS,
        refused_with=kind.refused_with,
    )
    rate = len(calls) / seconds
    return sipp.start(
        scenario,
        house.sip,
        house.sipp_logs,
        at=at,
        calls=len(calls),
        rate=rate,
        at_once=len(calls),
        seconds=seconds + PATIENCE_SECONDS,
    )


def _pin(house: House) -> tuple[Key, ...]:
    return keys(f"{house.secret(f'room/{site_day.ROOM}')}#", first_ms=1000)
