"""Line charts as inline SVG: no script, nothing from elsewhere, readable in light. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 560, 210
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 26
COLOURS = ("#2563a8", "#d97a1a", "#2f8f5b", "#8b4fb0", "#c2413b", "#5f6b7a", "#1795a3", "#a5792a")
STEPS = (1, 2, 2.5, 5, 10)
NOTHING = 1e-9
"""Less than that is drawn as zero."""
TICKS = 4
THIN, MOST_WIDENED = 1.7, 4
POINTS_MARKED = 40
"""A line of no more points than that shows each of them."""


@dataclass(frozen=True)
class Line:
    """One line: (second, value). ``dashed`` for what was meant, beside what was."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


def chart(lines: Sequence[Line], seconds: float, unit: str) -> str:
    """The lines over the seconds, from zero up; empty where no line has a point."""
    if not any(line.points for line in lines):
        return ""
    top = _round_up(max((value for line in lines for _, value in line.points), default=1.0))
    parts = [*_grid(seconds, top, unit)]
    for place, (line, colour) in enumerate(zip(lines, _colours(len(lines)), strict=False)):
        parts += _draw(line, colour, THIN + _behind(lines, place), seconds, top, unit)
    inside = "\n".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" preserveAspectRatio="xMidYMid meet">\n{inside}\n</svg>'


def _behind(lines: Sequence[Line], place: int) -> float:
    """The first of a few lines is the widest, so that it is seen below those that run alike."""
    return THIN * (len(lines) - 1 - place) if len(lines) <= MOST_WIDENED else 0.0


def legend(lines: Sequence[Line]) -> list[tuple[str, str, bool]]:
    """Name, colour and whether dashed, of each line that has a point."""
    named = zip(lines, _colours(len(lines)), strict=False)
    return [(line.name, colour, line.dashed) for line, colour in named if line.points]


def _colours(count: int) -> Sequence[str]:
    return COLOURS * math.ceil(max(count, 1) / len(COLOURS))


def _round_up(value: float) -> float:
    """The next number that is good to read: 1, 2, 2.5 or 5 times a power of ten."""
    if value < NOTHING:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value * 0.999)


def _x(at: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(at, seconds) / seconds


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _grid(seconds: float, top: float, unit: str) -> Iterator[str]:
    for place in range(TICKS + 1):
        value = top * place / TICKS
        y = _y(value, top)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        label = f"{value:g}" if place < TICKS else f"{value:g} {unit}"
        anchor = 'text-anchor="end"' if place < TICKS else 'class="unit"'
        left = LEFT - 6 if place < TICKS else 2
        yield f'<text x="{left}" y="{y + 4:.1f}" {anchor}>{escape(label.strip())}</text>'
    step = _round_up(seconds / 6)
    for tick in range(int(seconds / step) + 1):
        x = _x(tick * step, seconds)
        yield f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{clock(tick * step)}</text>'


def clock(second: float) -> str:
    """``90`` as 1:30."""
    return f"{int(second) // 60}:{int(second) % 60:02}"


def _draw(line: Line, colour: str, width: float, seconds: float, top: float, unit: str) -> Iterator[str]:
    if not line.points:
        return
    places = [(_x(at, seconds), _y(value, top)) for at, value in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dash = ' stroke-dasharray="5 4"' if line.dashed else ""
    yield f'<polyline points="{path}" stroke="{colour}" stroke-width="{width:.1f}"{dash}/>'
    radius = 2.4 if len(places) <= POINTS_MARKED and not line.dashed else 4
    see = colour if radius < 3 else "transparent"
    for (x, y), (at, value) in zip(places, line.points, strict=True):
        told = escape(f"{line.name} {clock(at)}: {value:.3g} {unit}")
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{see}"><title>{told}</title></circle>'
