"""The call that ``real_call.py`` measures: a site for Hotline, and the same call written by hand as dialplan.

Opening hours, a welcome that a key cuts short, a menu, a sub-menu, a goodbye. The prompts hold one constant
level each, so that a single byte of a packet tells which of them is heard.
"""

from __future__ import annotations

import wave
from pathlib import Path

from typing_extensions import override

from callcenter.prompt_index import PromptIndex, Sound
from callcenter.site import Site
from cli import Hotline
from prompts.build import Built

PROMPTS = {"welcome": (4000, 2000), "main": (6000, 4000), "sub": (6000, 8000), "goodbye": (600, 16000)}
"""Name: milliseconds, and the level of its samples."""
KEYS = "12"
"""What the caller presses: the sub-menu, then the goodbye."""

DIALPLAN_NUMBER, HOTLINE_NUMBER = "9000", "9001"

MENU_KEYS = {"0": "goodbye", "3": "goodbye"}
FLOW = {
    "name": "main",
    "title": "Main",
    "language": "zh",
    "start": "hours",
    "operator": "goodbye",
    "steps": {
        "hours": {
            "kind": "branch",
            "on": "calendar",
            "calendar": "office",
            "cases": {"open": "welcome"},
            "otherwise": "goodbye",
        },
        "welcome": {"kind": "play", "prompts": ["welcome"], "interruptible": True, "next": "main"},
        "main": {"kind": "menu", "prompts": ["main"], "keys": {**MENU_KEYS, "1": "sub"}},
        "sub": {"kind": "menu", "prompts": ["sub"], "keys": {**MENU_KEYS, "2": "goodbye", "*": "@back"}},
        "goodbye": {"kind": "hangup", "prompts": ["goodbye"]},
    },
}
ALWAYS = ["00:00-24:00"]


def site(trunk_address: str) -> Site:
    """A site whose one trunk calls from ``trunk_address`` and sends keys as SIP INFO."""
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ALWAYS)
    return Site.model_validate(
        {
            "name": "bench",
            "title": "Bench",
            "timezone": "Asia/Shanghai",
            "languages": ["zh"],
            "trunks": [
                {
                    "name": "e1",
                    "title": "E1",
                    "connection": {"by": "address", "hosts": [trunk_address]},
                    "dtmf": "info",
                    "channels": 900,
                    "fallback_flow": "main",
                }
            ],
            "dids": [{"number": HOTLINE_NUMBER, "title": "Measured", "flow": "main"}],
            "calendars": [{"name": "office", "title": "Office", "timezone": "Asia/Shanghai", "week": week}],
            "prompts": [{"name": name, "text": {"zh": name}} for name in PROMPTS],
            "flows": [FLOW],
        }
    )


def dialplan(folder: Path) -> str:
    """The same call as an experienced hand writes it: prompts in one Read, a jump by the key."""
    heard = {name: folder / name for name in PROMPTS}
    return f"""[hotline_in]
exten => {DIALPLAN_NUMBER},1,Goto(by_hand,start,1)

[by_hand]
exten => start,1,GotoIfTime(00:00-23:59,mon-sun,*,*?open)
 same => n,Goto(end,1)
 same => n(open),Answer()
 same => n,Goto(main,1)
exten => main,1,Read(KEY,{heard["welcome"]}&{heard["main"]},1,,1,5)
 same => n,Goto(main_${{KEY}},1)
exten => main_1,1,Read(KEY,{heard["sub"]},1,,1,5)
 same => n,Goto(sub_${{KEY}},1)
exten => main_0,1,Goto(end,1)
exten => main_3,1,Goto(end,1)
exten => main_,1,Goto(main,1)
exten => sub_0,1,Goto(end,1)
exten => sub_2,1,Goto(end,1)
exten => sub_3,1,Goto(end,1)
exten => sub_*,1,Goto(main,1)
exten => sub_,1,Goto(main-1,1)
exten => i,1,Goto(main,1)
exten => end,1,Playback({heard["goodbye"]})
 same => n,Hangup()
"""


class MeasuredHotline(Hotline):
    """Hotline with the measured site instead of a database's, and prompts that can be told apart."""

    trunk_address = "127.0.0.36"

    @override
    def site(self) -> Site:
        """The measured one."""
        return site(self.trunk_address)

    @override
    def build_prompts(self, progress: object = None, site: Site | None = None) -> Built:
        """Written now, in place of speech."""
        folder = self.settings.prompts
        (folder / "music/default").mkdir(parents=True, exist_ok=True)
        for name, (ms, level) in PROMPTS.items():
            _write(folder / f"{name}.wav", ms, level)
        _write(folder / "silence.wav", 200, 0)
        _write(folder / "music/default/silence.wav", 200, 0)
        sounds = {name: {"zh": Sound(str(folder / name), ms)} for name, (ms, _) in PROMPTS.items()}
        index = PromptIndex(Sound(str(folder / "silence"), 200), sounds)
        return Built(index, made=len(sounds), cached=0, problems=[])


def _write(path: Path, ms: int, level: int) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(level.to_bytes(2, "little", signed=True) * (8 * ms))
