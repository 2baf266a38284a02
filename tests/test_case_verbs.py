"""The verbs and expectations of end-to-end cases come from several files: none may hide another's."""

from __future__ import annotations

from collections import Counter

from tests.e2e import expect_hands, expect_inside, expect_recording, expect_survey
from tests.e2e.runner import Stage

EXPECTATIONS = (expect_hands.SPECIAL, expect_inside.EXPECT, expect_recording.SPECIAL, expect_survey.SPECIAL)


def test_no_two_files_give_a_verb_or_a_helper_the_same_name() -> None:
    found = Counter(
        name
        for kind in (Stage, *Stage.__bases__)
        for name, value in vars(kind).items()
        if callable(value) and not name.startswith("__")
    )
    assert [name for name, times in found.items() if times > 1] == []


def test_no_two_files_give_an_expectation_the_same_name() -> None:
    found = Counter(name for some in EXPECTATIONS for name in some)
    assert [name for name, times in found.items() if times > 1] == []
