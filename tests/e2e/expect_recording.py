"""What must be found of a call's recording, besides its row.

``drawn: percent``  it is recorded exactly if the number the call drew is below
``kept_as: suffix``  the file is of this kind, the wav is gone, and there is sound in it
``paused: [words]``  the row has gaps that these ended; the file has no sound there, and sound elsewhere
"""

from __future__ import annotations

import datetime as dt
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callcenter.recording_policy import draw
from lab import audio
from schema.calls import Call, Recording
from tests.e2e.house import House
from tests.e2e.until import until

SETTLE_SECONDS = 20.0
EDGE = 0.15
"""A pause begins and ends this near to what its row says, in seconds."""


def _row(house: House, call: Call, *states: str) -> Recording:
    def found() -> list[Recording]:
        return [row for row in house.rows(Recording, call_id=call.call_id) if row.state in states]

    rows: list[Recording] = until(found, SETTLE_SECONDS, f"a recording of {call.call_id} that is {states}")
    return rows[0]


def _drawn(house: House, call: Call, percent: int) -> None:
    row = _row(house, call, "ready" if draw(call.call_id) < percent else "not_recorded")
    assert (row.path is None) is (draw(call.call_id) >= percent)
    assert row.path is not None or f"drew {draw(call.call_id)}" in str(row.reason)


def _paused(house: House, call: Call, ended_by: list[str]) -> None:
    row = _row(house, call, "ready", "truncated")
    gaps = row.gaps or []
    assert [gap["ended_by"].partition(" ")[0] for gap in gaps] == ended_by, gaps
    spans = [tuple(_offset(row, gap[end]) for end in ("from", "to")) for gap in gaps]
    for side in audio.read_wav(house.app.settings.recordings / str(row.path)).channels:
        windows = list(audio.windows(side, []))
        silent = [w for w in windows if any(first + EDGE <= w.at < last - EDGE for first, last in spans)]
        outside = [w for w in windows if not any(first - EDGE <= w.at < last + EDGE for first, last in spans)]
        assert silent, f"the gaps are too short to be looked at: {spans}"
        assert all(w.level_db < audio.QUIET_DB for w in silent), "there is sound in a pause"
        loud = sum(w.level_db > audio.QUIET_DB for w in outside)
        assert loud > 0.9 * len(outside), f"{loud} of {len(outside)} windows besides the pauses have sound"


def _kept_as(house: House, call: Call, suffix: str) -> None:
    row = _row(house, call, "ready")
    path = house.app.settings.recordings / str(row.path)
    assert path.name.endswith(f".{suffix}")
    assert [file.suffix for file in path.parent.glob(f"*{row.uniqueid}*")] == [f".{suffix}"]
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "decoded.wav"
        subprocess.run(["sox", "-V1", str(path), "-e", "signed", "-b", "16", str(wav)], check=True)
        (side,) = audio.read_wav(wav).channels
    assert audio.level_db(side) > audio.QUIET_DB


def _offset(row: Recording, moment: str) -> float:
    return (dt.datetime.fromisoformat(moment) - row.started_at).total_seconds()


SPECIAL: dict[str, Callable[[House, Call, Any], None]] = {
    "drawn": _drawn,
    "paused": _paused,
    "kept_as": _kept_as,
}
