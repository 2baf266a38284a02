"""A flow's static part, for the minutes in which FastAGI is away.

Menus, plays, languages and gotos are compiled into plain dialplan; whatever needs a running
program (a look-up, digits, the clock) leads to the flow's operator queue instead. A branch on the
calendar is taken as open: who is called out of hours overflows from the queue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callcenter.site import Site
from callcenter.site.steps import Branch, Flow, Goto, Menu, Play, QueueCall, SetLanguage

END = "static_end"
SILENCE = "silence/1"

PromptFile = Callable[[str, str], str]
"""A prompt's file without its ending, by prompt name and language."""


@dataclass(frozen=True, slots=True)
class StaticMenu:
    """One ``Read`` in the dialplan: where it stands, what it plays, and where each key leads."""

    exten: str
    files: tuple[str, ...]
    wait_seconds: int
    keys: tuple[tuple[str, str], ...]
    otherwise: str


def static_menus(site: Site, prompt_file: PromptFile) -> list[StaticMenu]:
    """Every flow's static menus; the one that opens a flow is named ``static_<flow>``."""
    queues = {queue.name: queue.record for queue in site.queues}
    flows = {flow.name: flow for flow in site.flows}
    return [menu for flow in site.flows for menu in _Compiler(flow, flows, queues, prompt_file).menus()]


class _Compiler:
    """Compiles one flow. Steps of other flows are entered by that flow's own opening menu."""

    def __init__(
        self, flow: Flow, flows: dict[str, Flow], queues: dict[str, bool], prompt_file: PromptFile
    ) -> None:
        self._flow = flow
        self._flows = flows
        self._queues = queues
        self._prompt_file = prompt_file
        self._operator = self._operator_target()

    def menus(self) -> list[StaticMenu]:
        """The opening menu first, then one for each menu step."""
        steps = self._flow.steps
        own = [self._menu(name, step) for name, step in steps.items() if isinstance(step, Menu)]
        return [self._opening(), *own]

    def _opening(self) -> StaticMenu:
        heard, language, name = self._walk(self._flow.start)
        exten = f"static_{self._flow.name}"
        step = self._flow.steps.get(name) if name else None
        if isinstance(step, Menu):
            return self._read(exten, [*heard, *step.prompts], language, step)
        target = self._target(name) if name else self._operator
        files = self._files(heard, language)
        return StaticMenu(exten=exten, files=files, wait_seconds=1, keys=(), otherwise=target)

    def _walk(self, name: str) -> tuple[list[str], str, str | None]:
        """From a step on to the first that waits for the caller: prompts heard, language, that step."""
        heard: list[str] = []
        language = self._flow.language
        for _ in range(len(self._flow.steps)):
            step = self._flow.steps.get(name)
            if isinstance(step, Play):
                heard += step.prompts
                name = step.next
            elif isinstance(step, SetLanguage):
                language, name = step.language, step.next
            elif isinstance(step, Goto):
                name = step.target
            elif isinstance(step, Branch):
                name = step.cases.get("open", step.otherwise)
            else:
                return heard, language, name
        return heard, language, None

    def _menu(self, name: str, step: Menu) -> StaticMenu:
        return self._read(f"static_{self._flow.name}*{name}", step.prompts, self._flow.language, step)

    def _read(self, exten: str, prompts: list[str], language: str, step: Menu) -> StaticMenu:
        keys = tuple((key, self._key_target(target, exten)) for key, target in step.keys.items())
        files = self._files(prompts, language)
        return StaticMenu(exten, files, step.wait_seconds, keys, otherwise=self._operator)

    def _files(self, prompts: list[str], language: str) -> tuple[str, ...]:
        return tuple(self._prompt_file(name, language) for name in prompts) or (SILENCE,)

    def _key_target(self, target: str, exten: str) -> str:
        if target == "@repeat":
            return exten
        if target == "@back":
            return f"static_{self._flow.name}"
        return self._target(target)

    def _target(self, target: str) -> str:
        """The extension a target leads to, walked on to where the caller is next asked or queued."""
        if target == "@hangup":
            return END
        if "/" in target:
            flow = target.partition("/")[0]
            return f"static_{flow}" if flow in self._flows else self._operator
        name = self._walk(target)[2] if not target.startswith("@") else None
        step = self._flow.steps.get(name) if name else None
        if isinstance(step, Menu):
            return f"static_{self._flow.name}*{name}"
        if isinstance(step, QueueCall):
            return self._queue(step.queue)
        return self._operator

    def _operator_target(self) -> str:
        name = self._walk(self._flow.operator)[2]
        step = self._flow.steps.get(name) if name else None
        if isinstance(step, QueueCall):
            return self._queue(step.queue)
        return self._queue(next(iter(self._queues))) if self._queues else END

    def _queue(self, name: str) -> str:
        return f"queue*{int(self._queues.get(name, False))}*{name}"
