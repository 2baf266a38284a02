"""A small bilingual site and the cheapest engine that keeps the protocol."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from callcenter.site import Site
from prompts.build import build
from prompts.tones import write_wav
from tests.once import once


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


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Path:
    """The site built once."""

    def fill(folder: Path) -> None:
        build(site, folder, CountingEngine(), beside=folder)

    return once(tmp_path_factory, "seed", fill)


@pytest.fixture
def folder(seed: Path, tmp_path: Path) -> Path:
    """A folder in which the site was built before, for this test alone: other names of the same files."""
    return Path(shutil.copytree(seed, tmp_path / "prompts", copy_function=os.link))


@pytest.fixture(scope="session")
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
