"""A small bilingual site and the cheapest engine that keeps the protocol."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from callcenter.site import Site
from prompts.tones import write_wav


class CountingEngine:
    """Writes a tone for each text, and remembers what it was asked to say."""

    name = "counting"

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def speak(self, text: str, language: str, out: Path) -> None:
        with self._lock:
            self.said.append((text, language))
        write_wav(out, [len(text)] * 800)


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
def site() -> Site:
    return Site.model_validate(
        {
            "name": "help",
            "title": "Help line",
            "timezone": "Asia/Shanghai",
            "languages": ["zh", "en"],
            "prompts": [
                {"name": "welcome", "text": {"zh": "您好，欢迎致电。", "en": "Welcome."}},
                {"name": "only_zh", "text": {"zh": "请稍候。"}},
            ],
            "agents": [{"number": "1001", "title": "Li"}, {"number": "1002", "title": "Wang"}],
        }
    )
