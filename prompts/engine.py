"""Text to speech with espeak-ng: it is in every distribution, reads any language, and sounds like a robot.

Implements ``callcenter.ports.SpeechEngine``; a better voice is another class with ``name`` and ``speak``.
"""

from __future__ import annotations

import re
from pathlib import Path

from callcenter.errors import HotlineError
from prompts.sox import SPEECH_EFFECTS, convert, run_tool

VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
"""espeak-ng 1.51 reads Chinese right by this voice only: ``cmn`` says each tone's number in English
(https://github.com/espeak-ng/espeak-ng/issues/1236)."""
WORDS_A_MINUTE = "160"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


class EspeakEngine:
    """espeak-ng and sox as programs; the text only ever travels through stdin."""

    name = "espeak-ng/1"
    """Part of the cache's key: raise the number when a voice, the speed or the effects change."""

    def speak(self, text: str, language: str, out: Path) -> None:
        """Write ``text`` as mono 8 kHz 16-bit wav. Raises HotlineError (ToolMissing when not installed)."""
        if not text.strip() or _CONTROL.search(text):
            raise HotlineError(f"not a line of text that can be spoken: {text!r}")
        voice = VOICES.get(language.split("_")[0], language.replace("_", "-").lower())
        options = ["-v", voice, "-s", WORDS_A_MINUTE, "-b", "1", "--stdin", "--stdout"]
        sound = run_tool(["espeak-ng", *options], text.encode(), "espeak-ng")
        convert(sound, "wav", SPEECH_EFFECTS, out)
