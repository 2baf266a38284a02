"""A flow's static part, for the minutes in which FastAGI is away.

Menus, plays, languages and gotos are compiled into plain dialplan, over flows and languages; whatever needs
a running program (a look-up, digits, a mailbox) leads to the flow's operator queue instead. A branch on the
calendar is taken as open: who is called out of hours overflows from the queue. ``@back`` leads to the
flow's first menu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callcenter.flow_review.graph import resolve
from callcenter.site import Site
from callcenter.site.steps import Branch, Flow, Goto, HangUp, Menu, Play, QueueCall, SetLanguage, Step
from dialplan_templates.alone import static_recording

END = "static_end"
SILENCE = "silence/1"

PromptFile = Callable[[str, str], str]
"""A prompt's file without its ending, by prompt name and language."""


@dataclass(frozen=True, slots=True)
class StaticMenu:
    """One extension: what it plays, where each key leads, and where the call goes without one."""

    exten: str
    files: tuple[str, ...]
    wait_seconds: int
    keys: tuple[tuple[str, str], ...]
    """None: the files are played once and the call goes on."""
    otherwise: str


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a call may stand: a step, and the language it is spoken to in."""

    flow: Flow
    step: str
    language: str

    @property
    def kind(self) -> Step | None:
        return self.flow.steps.get(self.step)

    @property
    def exten(self) -> str:
        language = "" if self.language == self.flow.language else f"*{self.language}"
        return f"static_{self.flow.name}*{self.step}{language}"


def static_menus(site: Site, prompt_file: PromptFile) -> list[StaticMenu]:
    """Every static menu that a call can reach; the one that opens a flow is named ``static_<flow>``."""
    return _Compiler(site, prompt_file).menus()


class _Compiler:
    """Compiles spots as they are found to be reached, each once."""

    def __init__(self, site: Site, prompt_file: PromptFile) -> None:
        self._flows = {flow.name: flow for flow in site.flows}
        self._site = site
        self._prompt_file = prompt_file
        self._reached: dict[str, _Spot] = {}
        self._queues: dict[str, str] = {}

    def menus(self) -> list[StaticMenu]:
        """The opening of each flow first, then all that is reached from there."""
        openings = [_Spot(flow, flow.start, flow.language) for flow in self._flows.values()]
        found = [self._compile(f"static_{spot.flow.name}", spot) for spot in openings]
        done = 0
        while done < len(self._reached):
            exten, spot = list(self._reached.items())[done]
            found.append(self._compile(exten, spot))
            done += 1
        return found

    def _compile(self, exten: str, spot: _Spot) -> StaticMenu:
        heard, at = self._walk(spot)
        step = at.kind
        if isinstance(step, Menu):
            keys = tuple((key, self._target(at, target)) for key, target in step.keys.items())
            files = (*heard, *self._files(step.prompts, at.language))
            return StaticMenu(exten, files, step.wait_seconds, keys, self._operator(at.flow))
        if isinstance(step, HangUp):
            return StaticMenu(exten, (*heard, *self._files(step.prompts, at.language)), 1, (), END)
        return StaticMenu(exten, heard or (SILENCE,), 1, (), self._end(at))

    def _walk(self, spot: _Spot) -> tuple[tuple[str, ...], _Spot]:
        """From a spot on to the first that waits for the caller or ends: the files heard, and that spot."""
        heard: tuple[str, ...] = ()
        seen: set[str] = set()
        while spot.exten not in seen:
            seen.add(spot.exten)
            step, language = spot.kind, spot.language
            if isinstance(step, Play):
                heard, target = (*heard, *self._files(step.prompts, language)), step.next
            elif isinstance(step, SetLanguage):
                language, target = step.language, step.next
            elif isinstance(step, Goto):
                target = step.target
            elif isinstance(step, Branch):
                target = step.cases.get("open", step.otherwise)
            else:
                break
            following = self._spot(_Spot(spot.flow, spot.step, language), target)
            if following is None:
                return heard, _Spot(spot.flow, "", language)
            spot = following
        return heard, spot

    def _spot(self, at: _Spot, target: str) -> _Spot | None:
        """The step a target means; None for an end. A call that speaks its flow's language keeps to that."""
        if target == "@back":
            return _Spot(at.flow, at.flow.start, at.language)
        node = resolve(at.flow, at.step, target, self._flows)
        if node is None:
            return None
        flow = self._flows[node[0]]
        language = flow.language if at.language == at.flow.language else at.language
        return _Spot(flow, node[1], language)

    def _target(self, at: _Spot, target: str) -> str:
        """The extension a target leads to; what is there to be heard on the way is heard."""
        spot = self._spot(at, target)
        if target == "@hangup" or spot is None:
            return END if target == "@hangup" else self._operator(at.flow)
        heard, stop = self._walk(spot)
        if not heard and not isinstance(stop.kind, Menu | HangUp):
            return self._end(stop)
        spot = spot if heard else stop
        self._reached.setdefault(spot.exten, spot)
        return spot.exten

    def _end(self, at: _Spot) -> str:
        return self._queue(at.kind.queue) if isinstance(at.kind, QueueCall) else self._operator(at.flow)

    def _operator(self, flow: Flow) -> str:
        stop = self._walk(_Spot(flow, flow.operator, flow.language))[1].kind
        if isinstance(stop, QueueCall):
            return self._queue(stop.queue)
        return self._queue(self._site.queues[0].name) if self._site.queues else END

    def _files(self, prompts: list[str], language: str) -> tuple[str, ...]:
        return tuple(self._prompt_file(name, language) for name in prompts)

    def _queue(self, name: str) -> str:
        if name not in self._queues:
            self._queues[name] = f"queue*{static_recording(self._site, name)}*{name}"
        return self._queues[name]
