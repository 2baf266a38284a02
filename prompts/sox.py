"""Any sound to what Asterisk plays without transcoding trouble: wav, mono, 8 kHz, 16 bit."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from callcenter.errors import HotlineError

SPEECH_EFFECTS = (
    *("highpass", "150"),
    *("silence", "1", "0.005", "0.5%", "reverse", "silence", "1", "0.005", "0.5%", "reverse"),
    *("gain", "-n", "-3", "pad", "0.05", "0.1"),
)
"""A telephone's low end, the engine's own pauses cut, -3 dBFS, 50 ms before and 100 ms after."""
UPLOAD_EFFECTS = ("highpass", "150", "gain", "-n", "-3")
SECONDS = 60


class ToolMissing(HotlineError):
    """A program that makes prompts is not installed; nothing can be made until it is."""


def run_tool(arguments: Sequence[str], given: bytes, package: str) -> bytes:
    """Run a program on ``given``, never through a shell; give its output. ``package`` names its package."""
    try:
        done = subprocess.run(arguments, input=given, capture_output=True, timeout=SECONDS, check=True)
    except FileNotFoundError as error:
        raise ToolMissing(f"{arguments[0]} is not installed: apt-get install {package}") from error
    except subprocess.TimeoutExpired as error:
        raise HotlineError(f"{arguments[0]} did not finish within {SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        why = lines[-1] if lines else f"exit code {error.returncode}"
        raise HotlineError(f"{arguments[0]} ({package}) failed: {why}") from error
    return done.stdout


def convert(sound: bytes, kind: Literal["wav", "mp3"], effects: Sequence[str], out: Path) -> None:
    """Write ``sound`` to ``out`` for the telephone. Raises HotlineError when sox is missing or refuses it.

    Bytes come through stdin and the kind is given, so neither a file's name nor its look steers sox.
    """
    package = "sox libsox-fmt-mp3" if kind == "mp3" else "sox"
    source = ["--no-glob", "-V1", "-t", kind, "-"]
    target = ["-r", "8000", "-c", "1", "-b", "16", "-t", "wav", str(out)]
    run_tool(["sox", *source, *target, *effects], sound, package)
