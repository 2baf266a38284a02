"""What the journey makes of events that come at the same moment."""

from __future__ import annotations

from callcenter.journey.sift import IN_ORDER


def test_no_two_kinds_of_events_share_a_place_in_the_order() -> None:
    """Of one moment, they would be taken as they came, and a shuffled stream would give another record."""
    assert len(set(IN_ORDER.values())) == len(IN_ORDER)
