"""The page of faults is as its results are, and says of each whether its goal was met."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaos.results import KEPT, PAGE, Row, keep, told
from tests.chaos.size import scaled


def test_the_page_is_as_the_results_would_write_it() -> None:
    assert told(json.loads(KEPT.read_text("utf-8"))) == PAGE.read_text("utf-8")


def test_a_row_takes_the_place_of_the_one_before_and_says_whether_it_was_met(tmp_path: Path) -> None:
    file, page = tmp_path / "results.json", tmp_path / "page.md"
    first = Row("a | b", "0 lost", "×2", calls=10, lost=1, left=0)
    first.recovered(3.14159)
    first.recovered(2.0)
    keep("test_01", first, file, page)
    assert "| a / b | 0 lost | ×2 | 10 | 1 | 0 | 3.1 |  | **missed** |" in page.read_text("utf-8")
    keep("test_02", Row("c", "d", met=True, also={"gaps": "4"}), file, page)
    keep("test_01", Row("a", "0 lost", calls=10, lost=0, left=0, met=True), file, page)
    text = page.read_text("utf-8")
    assert "**missed**" not in text
    assert "| c | d |  | – | – | – | – | gaps 4 | met |" in text
    assert text.index("| a |") < text.index("| c |")


def test_a_size_is_never_smaller_than_what_still_says_something() -> None:
    assert scaled(100, 100) == 100
    assert 4 <= scaled(20, 4) <= 20
