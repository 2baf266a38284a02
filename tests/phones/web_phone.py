"""A phone in a page of a real browser: headless Chromium with JsSIP, which signs in over a secure websocket.

The page is ``tests/phones/browser``; its library comes from npm (scripts/setup). The browser's microphone is a tone,
and it trusts the authority that is given to it and nobody else of ours.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callcenter.errors import HotlineError
from lab import audio
from lab.scenario import Login
from lab.sipp_run import Address
from tests.phones.routers import Network

if TYPE_CHECKING:
    from playwright.async_api import Page

PAGE = Path(__file__).parent / "browser"
LIBRARY = PAGE / "node_modules/jssip.bundle.js"
SECONDS = 30.0
TONE_SECONDS = 10
RATE = 48000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
]


def _error() -> type[Exception]:
    """What Playwright raises. It is imported when a browser is at work: that takes a fifth of a second."""
    from playwright.async_api import Error

    return Error


def missing() -> str:
    """What a page needs and this machine lacks; empty when nothing."""
    absent = [program for program in ("chromium", "certutil") if shutil.which(program) is None]
    return ", ".join([*absent, *([] if LIBRARY.exists() else ["JsSIP"])])


class WebPhone:
    """A page that says ``tone_hz``, and finds Asterisk ``at``. ``with`` opens and closes its browser."""

    def __init__(
        self,
        login: Login,
        at: Address,
        authority: Path | None,
        folder: Path,
        *,
        tone_hz: float,
        network: Network | None = None,
    ) -> None:
        self.login, self.at, self.authority, self.folder = login, at, authority, folder
        self.tone_hz, self.network = tone_hz, network
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._stack = AsyncExitStack()
        self._page: Page

    def __enter__(self) -> WebPhone:
        self.folder.mkdir(parents=True, exist_ok=True)
        said = audio.Sound(RATE, (audio.tone(self.tone_hz, TONE_SECONDS, rate=RATE),))
        audio.write_wav(self.folder / "said.wav", said)
        self._trust()
        self._thread.start()
        try:
            self._page = self._wait(self._open())
        except (_error(), TimeoutError) as error:
            self.__exit__()
            raise HotlineError(f"Chromium does not start: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def register(self) -> None:
        """Sign in. Raises HotlineError when that is refused or nobody trusted is there."""
        address = f"wss://{self.at.ip}:{self.at.port}/ws"
        self.do("register", address, self.at.ip, self.login.username, self.login.password)

    def do(self, name: str, *told: Any) -> Any:
        """Call a function of ``phone.js`` and wait for what it promises."""
        try:
            return self._wait(
                self._page.evaluate("([name, told]) => phone[name](...told)", [name, list(told)])
            )
        except (_error(), TimeoutError) as error:
            raise HotlineError(f"browser {self.login.username}: {name}: {error or 'no end'}") from error

    def begin(self, name: str, *told: Any) -> None:
        """Call a function of ``phone.js`` whose promise is kept only after what others do."""
        self._wait(self._page.evaluate("([name, told]) => void phone[name](...told)", [name, list(told)]))

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    async def _open(self) -> Page:
        server = self._served()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)
        from playwright.async_api import async_playwright

        playwright = await self._stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch_persistent_context(
            self.folder / "profile",
            executable_path=self._program(),
            args=[*FLAGS, f"--use-file-for-fake-audio-capture={self.folder / 'said.wav'}"],
            env={**os.environ, "HOME": str(self.folder)},
            permissions=["microphone"],
        )
        self._stack.push_async_callback(browser.close)
        page = browser.pages[0]
        await page.goto(f"http://127.0.0.1:{server.server_port}/")
        return page

    def _served(self) -> ThreadingHTTPServer:
        """Whoever gives the page out is where the browser is."""

        def served() -> ThreadingHTTPServer:
            return ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=PAGE))

        return self.network.within(served) if self.network else served()

    def _program(self) -> Path:
        """Chromium, in its network."""
        prefix = self.network.prefix() if self.network else ()
        program = self.folder / "chromium.sh"
        program.write_text(f'#!/bin/sh\nexec {" ".join(prefix)} chromium "$@"\n')
        program.chmod(0o700)
        return program

    def _trust(self) -> None:
        """Chromium believes the authorities in its user's NSS database besides its own."""
        known = self.folder / ".pki/nssdb"
        known.mkdir(parents=True)
        certutil = ["certutil", "-d", f"sql:{known}"]
        subprocess.run([*certutil, "-N", "--empty-password"], check=True, capture_output=True)
        if self.authority is not None:
            added = ["-A", "-n", "hotline", "-t", "C,,", "-i", str(self.authority)]
            subprocess.run([*certutil, *added], check=True, capture_output=True)


class _Quiet(SimpleHTTPRequestHandler):
    """The page's files, without a line for each."""

    def log_message(self, *_: object) -> None:
        pass
