"""What is made of the callers' events: figures, causes, charts, and to whom a load may be sent."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.errors import HotlineError
from lab.loadtest import measure
from lab.loadtest.books import Books
from lab.loadtest.charts import Line, chart, clock, legend
from lab.loadtest.measure import Placed, placed
from lab.loadtest.plan import Planned, plan
from lab.loadtest.report import Load, figures, page
from lab.loadtest.scenario import named
from lab.loadtest.schedule import soak
from lab.loadtest.target import check_bounds, own_address, target
from lab.loadtest.watch import Watched, name_of
from lab.sipp_events import Event
from lab.sipp_run import Address

CALLS = plan(named("office"), soak(1, 20), 1, 5)


def event(kind: str, call: int, details: str) -> Event:
    return Event(kind, call, details, 0.0)  # type: ignore[arg-type]


def heard(call: int, *, answer_ms: int, ended_ms: int, by: str = "there") -> list[Event]:
    """One call that begins at its number of seconds."""
    began = 1000 * call
    return [
        event("dialled", call, str(began)),
        event("ringing", call, str(began + answer_ms // 2)),
        event("answered", call, f"30000 127.0.0.1 40000 {began + answer_ms}"),
        event("ended", call, f"{by} {began + ended_ms}"),
    ]


def stays(planned: Planned) -> str:
    return "here" if planned.gives_up else "there"


ALL_WELL = [
    one
    for number, each in enumerate(CALLS, start=1)
    for one in heard(number, answer_ms=100 * number, ended_ms=4000, by=stays(each))
]


def test_delays_are_those_of_sipps_own_clock() -> None:
    calls = placed(CALLS, ALL_WELL)
    assert [call.post_dial_delay for call in calls] == pytest.approx([0.05, 0.1, 0.15, 0.2, 0.25])
    assert [call.answer for call in calls] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    assert measure.failures(calls, "") == {}


def test_each_call_that_went_wrong_is_counted_once_with_its_cause() -> None:
    waits = next(place for place, call in enumerate(CALLS) if not call.gives_up)
    told = [one for one in ALL_WELL if one.call != waits + 1]
    late = heard(waits + 1, answer_ms=100, ended_ms=150_000, by="here")
    assert measure.failures(placed(CALLS, told + late), "") == {measure.TOO_LONG: 1}
    assert measure.failures(placed(CALLS, told + late[:1]), "") == {measure.NOT_ANSWERED: 1}
    refused = "while expecting '100', received 'SIP/2.0 503 Service Unavailable\r\nVia: x'"
    assert measure.failures(placed(CALLS, told + late[:1]), refused) == {"503 Service Unavailable": 1}
    assert measure.failures(placed(CALLS, told + late[:-1]), "") == {measure.NOT_ENDED: 1}
    assert measure.failures(placed(CALLS, told), "") == {measure.NOT_DIALLED: 1}


def test_calls_at_once_begin_with_the_answer_and_end_with_the_call() -> None:
    at_once = dict(measure.at_once(placed(CALLS, ALL_WELL), 10))
    assert (at_once[0], at_once[1], at_once[3], at_once[9], at_once[10]) == (0, 1, 3, 1, 0)


def test_calls_a_second_come_to_all_calls() -> None:
    found = measure.a_second([0.5, 1.5, 1.7, None, 9.9], 10, 2)
    assert sum(rate for _, rate in found) * 2 == 4
    assert found[0] == (1.0, 1.5)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([1, 50, 95, 99, 100]))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values: list[float], percent: int) -> None:
    found = measure.percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100
    assert sum(value < found for value in values) < len(values) * percent / 100


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 1e5)), min_size=1, max_size=50),
    st.floats(1, 500),
)
@example([(0.0, 5e-324)], 1.0)
def test_a_chart_is_xml_and_keeps_every_point_inside(
    points: list[tuple[float, float]], seconds: float
) -> None:
    root = ElementTree.fromstring(chart([Line('<a & "b">', points)], seconds, "ms"))  # noqa: S314
    circles = root.findall("circle")
    assert len(circles) == len(points)
    for circle in circles:
        assert 0 <= float(circle.get("cx", "-1")) <= 560
        assert 0 <= float(circle.get("cy", "-1")) <= 210


def test_a_chart_without_points_is_none() -> None:
    assert chart([Line("nobody", [])], 10, "s") == ""
    assert legend([Line("nobody", []), Line("p50", [(1, 1)])]) == [("p50", "#d97a1a", False)]
    assert clock(605) == "10:05"


def load_of(calls: list[Placed], books: Books | None) -> Load:
    return Load(
        name="office",
        scenario=named("office"),
        schedule=soak(1, 20),
        command="hotline loadtest office <&>",
        target="" if books else "10.0.0.1:5060",
        began=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        calls=calls,
        failures=measure.failures(calls, ""),
        watched=Watched(),
        books=books,
    )


BALANCED = Books({"calls": {"callers": 5, "rows": 5}}, [(1.0, 0.5)])
ONE_MISSING = Books({"calls": {"callers": 5, "rows": 4}}, [])


@pytest.mark.parametrize(
    ("books", "right", "verdict"),
    [(BALANCED, True, "good"), (ONE_MISSING, False, "bad"), (None, True, "unknown")],
)
def test_the_report_says_at_once_whether_all_is_well(books: Books | None, right: bool, verdict: str) -> None:
    load = load_of(placed(CALLS, ALL_WELL), books)
    assert load.is_right is right
    assert figures(load)["right"] is right
    words = {"good": "every book balanced", "bad": "Not everything is right", "unknown": "not looked at"}
    text = page(load, "en")
    assert [key for key, told in words.items() if told in text] == [verdict]
    assert ("NOT" in text or 'class="wrong"' in text) is (verdict == "bad")


def test_the_report_needs_nothing_from_elsewhere_and_escapes_what_it_is_told() -> None:
    text = page(load_of(placed(CALLS, ALL_WELL), BALANCED), "zh")
    assert "http" not in text.replace("http-equiv", "")
    assert "<script" not in text
    assert "<&>" not in text
    assert "压力测试" in text
    assert "Load test" in text


@pytest.mark.parametrize("text", ["127.0.0.1", "10.1.2.3:5070", "192.168.1.1:5060", "172.16.0.9"])
def test_a_load_may_be_sent_to_loopback_and_private_addresses(text: str) -> None:
    assert target(text, anywhere=False).port == int(text.partition(":")[2] or 5060)


def test_a_public_address_needs_to_be_wanted() -> None:
    with pytest.raises(HotlineError, match=r"public address.*--anywhere"):
        target("8.8.8.8:5060", anywhere=False)
    assert target("8.8.8.8:5060", anywhere=True) == Address("8.8.8.8", 5060)


@pytest.mark.parametrize("text", ["pbx.example.com", "10.0.0.1:sip", "::1", "10.0.0.256", ""])
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(HotlineError, match="--target"):
        target(text, anywhere=True)


@pytest.mark.parametrize(("calls", "seconds", "rate"), [(0, 10, 1), (10, 0, 1), (10, 10, 0), (10**6, 10, 1)])
def test_a_load_has_its_bounds(calls: float, seconds: float, rate: float) -> None:
    with pytest.raises(HotlineError, match=r"more than 0 and at most"):
        check_bounds(calls, seconds, rate)


def test_the_own_address_towards_loopback_is_loopback() -> None:
    assert own_address(Address("127.0.0.9", 5060)).startswith("127.")


def test_a_process_is_called_what_people_call_it() -> None:
    assert name_of(["/venv/python", "-m", "cli", "agi"]) == "agi"
    assert name_of(["/root/lib64/ld-linux.so", "--library-path", "/x", "/y/asterisk", "-f"]) == "asterisk"
    assert name_of(["sipp", "127.0.0.1:5060"]) == "sipp"
    assert name_of(["sleep", "1"]) == ""
