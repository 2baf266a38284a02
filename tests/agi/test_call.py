"""What a script's verbs say to Asterisk, and how each way of ending reaches it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from agi import outcomes
from agi.call import Call
from tests.agi.conftest import House, Serve
from tests.agi.test_protocol import HOSTILE
from tests.fakes.asterisk_agi import arguments, request

Verb = Callable[[Call], Any]

VERBS: dict[str, Verb] = {
    "answer": lambda call: call.answer(),
    "arm": lambda call: call.arm(12),
    "play": lambda call: call.play(["a", "b"]),
    "play that keys cut": lambda call: call.play(["a"], keys="12"),
    "ask_digit": lambda call: call.ask_digit(["a"], "12", 3000),
    "ask_digits": lambda call: call.ask_digits(["a"], 4, 3000),
    "set_variables": lambda call: call.set_variables({"A": "1"}),
    "hang_up": lambda call: call.hang_up(),
    "verbose": lambda call: call.verbose("x"),
    "get_variable": lambda call: call.get_variable("A"),
    "get_full_variable": lambda call: call.get_full_variable("${A}"),
    "wait_for_digit": lambda call: call.wait_for_digit(1000),
    "say_digits": lambda call: call.say_digits("12"),
    "appexec": lambda call: call.appexec("NoOp", "x"),
    "channel_status": lambda call: call.channel_status(),
    "record_file": lambda call: call.record_file("x"),
}
GONE = {
    "connection closed": b"",
    "HANGUP": b"HANGUP\n",
    "HANGUP before the reply": b"HANGUP\n200 result=-1\n",
    "hangup in the reply": b"200 result=-1 (hangup)\n",
    "511": b"511 Command Not Permitted on a dead channel or intercept routine\n",
    "half a reply": b"200 res",
}


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("how", GONE)
def test_a_hang_up_ends_the_script_at_any_verb(
    serving: Serve, logged: list[Any], name: str, how: str
) -> None:
    async def caller_goes(house: House) -> None:
        asterisk = await house.call()
        assert await asterisk.command()
        asterisk.send(GONE[how])
        if not GONE[how].endswith(b"\n"):
            asterisk.writer.write_eof()
        assert await asterisk.closed()

    serving(VERBS[name], caller_goes)
    assert [(line["outcome"], line["call"], line["log_level"]) for line in logged] == [
        ("hung_up", "node-1.0", "info")
    ]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("510 Invalid or unknown command", "unknown_command"),
        (
            "520-Invalid command syntax.  Proper usage follows:\nUsage: X\n520 End of proper usage.",
            "usage_error",
        ),
        ("520 Invalid command syntax.  Proper usage not available.", "usage_error"),
        ("hello", "out_of_step"),
        ("520-Usage follows:" + "\nusage" * 200, "out_of_step"),
    ],
)
@pytest.mark.parametrize("name", ["answer", "set_variables", "ask_digit"])
def test_a_refused_command_ends_the_script(
    serving: Serve, logged: list[Any], name: str, reply: str, outcome: str
) -> None:
    async def refuse(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer(reply)
        assert await asterisk.closed()

    serving(VERBS[name], refuse)
    assert [line["outcome"] for line in logged] == [outcome]


def test_a_connection_that_ends_in_the_usage_text_is_a_hang_up(serving: Serve, logged: list[Any]) -> None:
    async def cut(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("520-Invalid command syntax.  Proper usage follows:\nUsage:")
        await asterisk.hang_up()

    serving(VERBS["answer"], cut)
    assert [line["outcome"] for line in logged] == ["hung_up"]


@pytest.mark.parametrize(("status", "outcome"), [("200 result=6", "command_failed"), ("511 Dead", "hung_up")])
def test_minus_one_is_told_apart_from_a_hang_up(
    serving: Serve, logged: list[Any], status: str, outcome: str
) -> None:
    async def fail(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("200 result=-1")
        assert await asterisk.answer(status) == "CHANNEL STATUS"
        assert await asterisk.closed()

    serving(VERBS["ask_digits"], fail)
    assert [line["outcome"] for line in logged] == [outcome]


def test_trying_is_no_reply(serving: Serve) -> None:
    keys = []

    async def try_first(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("100 result=0 Trying...\n100 Trying\n200 result=50 endpos=8000")
        assert await asterisk.closed()

    serving(lambda call: keys.append(call.ask_digit(["a"], "12", 3000)), try_first)
    assert keys == ["2"]


@pytest.mark.req("SEC-2")
def test_every_verb_carries_any_text_as_one_argument(serving: Serve) -> None:
    say: list[str] = []

    def script(call: Call) -> None:
        text = say[0]
        call.verbose(text)
        call.set_variable("A", text)
        call.get_variable(text)
        call.appexec("NoOp", text)
        call.stream_file(text or "x")
        call.say_digits(text)
        call.set_callerid(text or "x")
        call.set_variables({"A": text})

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(HOSTILE)
    def tell(text: str) -> None:
        say[:] = [text]
        serving(script, listen)

    async def listen(house: House) -> None:
        text = say[0]
        asterisk = await house.call()
        heard = [arguments(await asterisk.answer("200 result=0")) for _ in range(8)]
        plain = text or "x"
        assert heard[0] == ["VERBOSE", text, "1"]
        assert heard[1:3] == [["SET", "VARIABLE", "A", text], ["GET", "VARIABLE", text]]
        assert heard[3:5] == [["EXEC", "NoOp", text], ["STREAM", "FILE", plain, "", "0"]]
        assert heard[5:7] == [["SAY", "DIGITS", text, ""], ["SET", "CALLERID", plain]]
        assert heard[7][:2] == ["EXEC", "MSet"]
        assert len(heard[7]) == 3
        assert await asterisk.closed()

    tell()


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("end", ["\r", "\n", "\0"])
def test_a_line_end_in_a_value_ends_the_script_before_anything_is_sent(
    serving: Serve, logged: list[Any], end: str
) -> None:
    async def hear_nothing(house: House) -> None:
        assert await (await house.call()).closed()

    serving(lambda call: call.verbose(f"a{end}EXEC System"), hear_nothing)
    assert [line["outcome"] for line in logged] == ["unsendable"]


@pytest.mark.req("IVR-1")
def test_verbs_say_what_they_mean(serving: Serve) -> None:
    seen: list[Any] = []

    def script(call: Call) -> None:
        seen.append((call.args, call.callerid, call.channel, call.extension, call.language, call.uniqueid))
        seen.append(call.play(["zh/welcome", "zh/hours"]))
        seen.append(call.play(["a", "b"], keys="12"))
        seen.append(call.ask_digit(["a", "b"], "12#", 3000))
        seen.append(call.ask_digits(["a", "b"], 4, 5000))
        call.hang_up()

    async def answer(house: House) -> None:
        asterisk = await house.call()
        said = [
            await asterisk.answer(f"200 result={result}")
            for result in ("0", "0 endpos=1", "49 endpos=2", "0 endpos=3", "35 endpos=4", "12 (timeout)", "1")
        ]
        assert said == [
            'EXEC Playback "zh/welcome&zh/hours"',
            'STREAM FILE "a" "12"',
            'STREAM FILE "b" "12"',
            'STREAM FILE "a" "12#"',
            'GET OPTION "b" "12#" 3000',
            'GET DATA "a&b" 5000 4',
            "HANGUP",
        ]
        assert await asterisk.closed()

    serving(script, answer)
    me = (("node-1.0", "7"), "13800138000", "PJSIP/e1-00000001", "4001", "zh", "node-1.1")
    assert seen == [me, "", "1", "#", "12"]


def test_arming_again_to_the_same_end_costs_nothing(serving: Serve) -> None:
    async def count(house: House) -> None:
        asterisk = await house.call()
        assert await asterisk.answer("200 result=1") == 'SET VARIABLE "TIMEOUT(absolute)" "12.0"'
        assert await asterisk.answer("200 result=1") == 'SET VARIABLE "TIMEOUT(absolute)" "15.0"'
        assert await asterisk.closed()

    def script(call: Call) -> None:
        for seconds in (12, 11.5, 15, 14.5):
            call.arm(seconds)

    serving(script, count)


def test_a_look_up_lets_other_calls_go_on(serving: Serve) -> None:
    gate = asyncio.Event()
    found = []

    async def look_up() -> str:
        await gate.wait()
        return "gold"

    def script(call: Call) -> None:
        if call.callerid == "1":
            found.append(call.wait_for(look_up(), seconds=5))
        call.answer()

    async def two_calls(house: House) -> None:
        first = await house.call(request(agi_callerid="1"))
        second = await house.call(request(agi_callerid="2"))
        assert await second.answer("200 result=0") == "ANSWER"
        assert await second.closed()
        assert not found
        gate.set()
        assert await first.answer("200 result=0") == "ANSWER"
        assert await first.closed()

    serving(script, two_calls)
    assert found == ["gold"]


@pytest.mark.parametrize("farewell", [b"", b"HANGUP\n"])
def test_a_hang_up_cancels_the_look_up_and_waits_for_it(
    serving: Serve, logged: list[Any], farewell: bytes
) -> None:
    steps: list[str] = []
    begun = asyncio.Event()

    async def look_up() -> None:
        steps.append("began")
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("tidied")

    async def leave(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("200 result=0")
        await begun.wait()
        asterisk.send(farewell)
        if not farewell:
            asterisk.writer.write_eof()
        assert await asterisk.closed()

    def script(call: Call) -> None:
        call.answer()
        try:
            call.wait_for(look_up(), seconds=30)
        except outcomes.HungUp:
            steps.append("told")
            raise

    serving(script, leave)
    assert steps == ["began", "tidied", "told"]
    assert [line["outcome"] for line in logged] == ["hung_up"]


def test_a_look_up_that_takes_too_long_is_a_timeout_the_script_can_handle(serving: Serve) -> None:
    def script(call: Call) -> None:
        with pytest.raises(TimeoutError):
            call.wait_for(asyncio.Event().wait(), seconds=0.01)
        with pytest.raises(ZeroDivisionError):
            call.wait_for(divide(), seconds=1)
        call.answer()

    async def divide() -> float:
        return 1 / 0

    async def go_on(house: House) -> None:
        assert await (await house.call()).answer("200 result=0") == "ANSWER"

    serving(script, go_on)


def test_no_verb_works_after_the_hang_up(serving: Serve) -> None:
    ends: list[str] = []

    def stubborn(call: Call) -> None:
        for verb in (call.answer, call.answer, lambda: call.wait_for(asyncio.sleep(0), 1)):
            try:
                verb()
            except outcomes.HungUp:
                ends.append("told")

    async def leave(house: House) -> None:
        asterisk = await house.call()
        await asterisk.answer("HANGUP\n200 result=-1\n511 Dead\n200 result=0")
        assert await asterisk.closed()

    serving(stubborn, leave)
    assert ends == ["told"] * 3


def test_a_verb_outside_of_its_script_is_refused(serving: Serve, logged: list[Any]) -> None:
    async def misuse(call: Call) -> None:
        call.answer()

    async def hear_nothing(house: House) -> None:
        assert await (await house.call()).closed()

    serving(lambda call: call.wait_for(misuse(call), 1), hear_nothing)
    assert [line["error"] for line in logged] == ["RuntimeError"]


def test_a_script_that_blocks_the_loop_is_named(serving: Serve, held: list[Any]) -> None:
    def blocking(call: Call) -> None:
        until = time.monotonic() + 0.15
        while time.monotonic() < until:
            pass

    async def hear_nothing(house: House) -> None:
        assert await (await house.call()).closed()

    serving(blocking, hear_nothing)
    assert [line["call"] for line in held] == ["node-1.0"]
