"""A gap is what no packet with a voice fills; a machine that was late at that moment may have made it itself."""

from __future__ import annotations

from lab import g711, rtp
from tests.e2e import gaps
from tests.e2e.lateness import Lateness

TONE, SILENCE = rtp.talk("alaw", 950), rtp.talk("alaw", None)
BEGAN = 1000.0


def heard(*came: tuple[float, bytes]) -> rtp.Ear:
    ear = rtp.Ear("alaw", BEGAN)
    for number, (seconds, payload) in enumerate(came):
        ear.take(rtp.Packet(g711.PAYLOAD_TYPE["alaw"], number, 0, payload), seconds)
    return ear


def every_20_ms(first: int, last: int, payload: bytes) -> list[tuple[float, bytes]]:
    return [(tick * 0.02, payload) for tick in range(first, last)]


def longest_ms(ear: rtp.Ear) -> int:
    return round(gaps.longest(gaps.gaps(ear, [950])) * 1000)


def test_a_steady_tone_has_no_gap() -> None:
    assert longest_ms(heard(*every_20_ms(0, 50, TONE[0]))) == 0


def test_packets_that_never_came_are_a_gap_also_a_short_one() -> None:
    assert longest_ms(heard(*every_20_ms(0, 50, TONE[0]), *every_20_ms(52, 60, TONE[0]))) == 40


def test_packets_of_silence_are_a_gap() -> None:
    silent = every_20_ms(50, 60, SILENCE[0])
    assert longest_ms(heard(*every_20_ms(0, 50, TONE[0]), *silent, *every_20_ms(60, 70, TONE[0]))) == 200


def test_packets_that_come_late_and_all_at_once_are_a_gap_where_they_were_due() -> None:
    late = [(1.3, TONE[0])] * 15
    ear = heard(*every_20_ms(0, 50, TONE[0]), *late, *every_20_ms(65, 80, TONE[0]))
    [gap] = [gap for gap in gaps.gaps(ear, [950]) if gap.seconds > 0.02]
    assert (round(gap.start, 2), round(gap.seconds, 2)) == (BEGAN + 0.98, 0.3)


class Known(Lateness):
    """Was woken so late at these moments."""

    def __init__(self, *woken: tuple[float, float]) -> None:
        super().__init__()
        self._woken = list(woken)


def test_only_a_machine_that_was_late_at_that_moment_excuses_a_gap() -> None:
    gap = [gaps.Gap(BEGAN + 3, 0.2)]
    assert gaps.in_time(gap, Known((BEGAN + 1, 2.0), (BEGAN + 3, 0.01))) == gap
    assert gaps.in_time(gap, Known((BEGAN + 3.2, 0.15))) == []
    assert gaps.in_time(gap, Known((BEGAN + 9, 6.5))) == []
