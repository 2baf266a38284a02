"""Run inside a container that has Hotline's volumes: what rows, ledgers and files say of the calls. Prints JSON."""

from __future__ import annotations

import csv
import json
import wave
from array import array
from pathlib import Path
from typing import Any

from sqlalchemy import select

from callcenter.ledger_format import CEL_COLUMNS, CEL_FILE
from callcenter.settings import Settings
from cli import Hotline
from schema.base import Base
from schema.calls import Call, Leg, Recording, SurveyAnswer, Visit

TABLES: dict[str, type[Base]] = {
    "calls": Call, "visits": Visit, "recordings": Recording, "answers": SurveyAnswer, "legs": Leg,
}  # fmt: skip


def books(app: Hotline) -> dict[str, Any]:
    """Rows by table, the ledgers' calls, the files of recordings with what is in them, the channels that are up."""
    here = app.settings
    with app.sessions(read_only=True)() as session:
        rows = {
            name: [plain(row) for row in session.scalars(select(table))] for name, table in TABLES.items()
        }
    console = app.console()
    assert console is not None
    return {
        **rows,
        "ledger": ledger(here.log / "cel-custom" / CEL_FILE),
        "queue_log": [line.split("|") for line in (here.log / "queue_log").read_text().splitlines()],
        "files": {str(path.relative_to(here.recordings)): sound(path) for path in files(here.recordings)},
        "parts": [str(path) for path in app.unfinished_recordings()],
        "channels": console.rx("core show channels count"),
    }


def plain(row: Base) -> dict[str, Any]:
    """A row's columns as JSON can hold them."""
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    return {
        name: value if isinstance(value, int | float | None) else str(value) for name, value in values.items()
    }


def ledger(file: Path) -> list[dict[str, str]]:
    """Asterisk's own lines."""
    with file.open(newline="", errors="replace") as lines:
        return [dict(zip(CEL_COLUMNS, values, strict=False)) for values in csv.reader(lines)]


def files(folder: Path) -> list[Path]:
    """Everything that is kept as a recording."""
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".wav", ".WAV", ".mp3")]


def sound(path: Path) -> dict[str, Any]:
    """A file's size; a wav's length by its header, and the loudest sample of each side (of 32,767)."""
    size = path.stat().st_size
    if path.suffix != ".wav":
        return {"bytes": size}
    with wave.open(str(path)) as file:
        sides = file.getnchannels()
        samples = array("h", file.readframes(file.getnframes()))
        return {
            "bytes": size,
            "seconds": file.getnframes() / file.getframerate(),
            "loudest": [max(map(abs, samples[side::sides]), default=0) for side in range(sides)],
        }


if __name__ == "__main__":
    print(json.dumps(books(Hotline(Settings()))))
