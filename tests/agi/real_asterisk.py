"""A throw-away Asterisk with the dialplan around a FastAGI script, and callers that press keys.

It listens nowhere: callers are Local channels, so no SIP and no ports. ``HOTLINE_ASTERISK_ROOT``
says where the programs are.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import wave
from pathlib import Path

ROOT = Path(os.environ.get("HOTLINE_ASTERISK_ROOT", "/var/cache/hotline/asterisk-forky"))
LIBRARIES = ROOT / "usr/lib/x86_64-linux-gnu"
NOBODY = 65534

ASTERISK = """[directories]
astetcdir={home}
astmoddir={modules}
astdatadir={data}
astvarlibdir={home}
astdbdir={home}
astkeydir={home}
astagidir={home}
astspooldir={home}
astrundir={home}
astlogdir={home}
"""
MODULES = """[modules]
autoload=no
load=res_speech.so
load=res_agi.so
load=res_clioriginate.so
load=res_timing_timerfd.so
load=pbx_config.so
load=app_playback.so
load=app_senddtmf.so
load=func_timeout.so
load=format_wav.so
load=codec_ulaw.so
load=bridge_simple.so
"""
EXTENSIONS = """[call]
exten => s,1,Answer()
 same => n,Set(AGIEXITONHANGUP=yes)
 same => n,Set(TIMEOUT(absolute)=4)
 same => n,AGI(agi://127.0.0.1:{port}/ivr,{token},${{UNIQUEID}})
 same => n,Set(TIMEOUT(absolute)=0)
 same => n(menu),AGI(agi://127.0.0.1:{menu_port}/menu,{token},${{UNIQUEID}},${{HL_DONE}})
 same => n,Hangup()
exten => T,1,Set(TIMEOUT(absolute)=0)
 same => n,Goto(s,menu)

[caller]
exten => quiet,1,Wait(60)
exten => _X!,1,Wait(0.3)
 same => n,SendDTMF(${{EXTEN}},100,100)
 same => n,Wait(60)
"""


class RealAsterisk:
    """Asterisk in ``home``. Calls ask the script on ``port``; what follows it asks the one on ``menu_port``."""

    def __init__(self, home: Path, port: int, token: str, menu_port: int | None = None) -> None:
        self.home = home
        _silence(home / "prompt.wav", seconds=2)
        texts = {
            "asterisk": ASTERISK.format(
                home=home, data=ROOT / "usr/share/asterisk", modules=LIBRARIES / "asterisk/modules"
            ),
            "modules": MODULES,
            "extensions": EXTENSIONS.format(port=port, token=token, menu_port=menu_port or port),
            "logger": "[logfiles]\nmessages => notice,warning,error\n",
        }
        for name, text in texts.items():
            (home / f"{name}.conf").write_text(text)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def prompt(self) -> str:
        """A prompt of two seconds."""
        return str(self.home / "prompt")

    async def start(self) -> None:
        """Boot it."""
        if os.geteuid() == 0:
            for path in (self.home, *self.home.iterdir()):
                shutil.chown(path, NOBODY, NOBODY)
        quiet = subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *self._command("-f"), stdout=quiet, stderr=quiet, cwd=self.home
        )
        for _ in range(200):
            if "fully booted" in await self.cli("core waitfullybooted"):
                return
            await asyncio.sleep(0.05)
        raise RuntimeError("Asterisk did not start")

    async def call(self, keys: str = "quiet") -> None:
        """Place a call whose caller presses five of ``keys`` a second, the first after 0.3 s."""
        await self.cli(f"channel originate Local/s@call/n extension {keys}@caller")

    async def cli(self, line: str) -> str:
        """What one command of Asterisk's console prints."""
        process = await asyncio.create_subprocess_exec(
            *self._command("-rx", line), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return (await process.communicate())[0].decode()

    async def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()

    def _command(self, *arguments: str) -> list[str]:
        rights = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        loader = [str(next((ROOT / "lib64").glob("ld-linux*"))), "--library-path", str(LIBRARIES)]
        program = [str(ROOT / "usr/sbin/asterisk"), "-C", str(self.home / "asterisk.conf")]
        return [*(rights if os.geteuid() == 0 else []), *loader, *program, *arguments]


def _silence(path: Path, seconds: int) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000 * seconds))
