"""A call's story in lines of text, made of its evidence alone."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.calls.page import seconds
from callcenter.site import Site
from lab.demo.checks import Expectation
from lab.demo.evidence import Evidence
from lab.demo.spoken import with_language

SCORES = {1: "very satisfied", 2: "satisfied", 3: "neutral", 4: "dissatisfied"}


def tell(evidence: Evidence) -> Iterator[str]:
    """Trunk, number, prompts, keys, waits, agents, recordings, scores and messages, in order of what they are."""
    call, site = evidence.page.call, evidence.site
    trunk = next((trunk.title for trunk in site.trunks if trunk.name == call.trunk), "?")
    did = next((did.title for did in site.dids if did.number == call.did), "?")
    yield f"trunk      {call.trunk} ({trunk}), caller {call.caller}"
    yield f"dialled    {call.did} ({did})"
    yield from _steps(evidence)
    yield from _waits(evidence)
    yield from _recordings(evidence)
    yield from _scores(evidence)
    yield from _messages(evidence)
    yield f"ended by   {call.ended_by}, call {call.call_id}"


def failures(expectations: list[Expectation]) -> Iterator[str]:
    """What was to be there and is not."""
    for one in expectations:
        if not one.met:
            yield f"NOT FOUND  {one.wanted}; there is: {one.found or 'nothing'}"


def _steps(evidence: Evidence) -> Iterator[str]:
    for step, language in with_language(evidence.page.steps, evidence.site, evidence.page.call.did):
        for name in step.heard:
            yield f"heard      {_text(evidence.site, name, language)}"
        if step.keys and step.kind == "menu":
            yield f"pressed    {step.keys}   ({step.step}: {step.reason})"
        elif step.kind in ("menu", "branch"):
            yield f"decided    {step.step}: {step.reason}"


def _text(site: Site, name: str, language: str) -> str:
    """What a prompt says; its name when it is a recording."""
    return next((p.text.get(language, name) for p in site.prompts if p.name == name), name)


def _waits(evidence: Evidence) -> Iterator[str]:
    for visit in evidence.page.visits:
        by = f" by agent {visit.agent}" if visit.agent else ""
        key = f" {visit.key}" if visit.key else ""
        yield f"queue      {visit.queue}: waited {seconds(visit.wait_ms)}, {visit.outcome}{key}{by}"
    for leg in evidence.page.legs:
        if leg.kind == "agent" and leg.talk_ms:
            pause = evidence.pause_before_talk(leg.agent or "")
            told = f", number announced to the caller for {pause:.1f} s" if pause else ""
            rang, talked = seconds(leg.ring_ms), seconds(leg.talk_ms)
            yield f"agent      {leg.agent} at {leg.endpoint}: rang {rang}{told}, talked {talked}"


def _recordings(evidence: Evidence) -> Iterator[str]:
    for row in evidence.page.recordings:
        yield f"recording  {row.state}, {seconds(row.duration_ms)}, {evidence.recording(row.path)}"
        if sides := evidence.sides(row.path):
            caller, agent = f"{sides.caller_left:.1f} s", f"{sides.agent_right:.1f} s"
            yield f"           left: the caller's 440 Hz, {caller}; right: the agent's 950 Hz, {agent}"


def _scores(evidence: Evidence) -> Iterator[str]:
    questions = {survey.name: survey.question for survey in evidence.site.surveys}
    for score in evidence.page.scores:
        if score.keys:
            question = _text(evidence.site, questions.get(score.survey or "", "?"), evidence.language)
            yield f"asked      {question}   pressed {score.keys}"
        if evidence.thanks:
            yield f"heard      {_text(evidence.site, evidence.thanks, evidence.language)}"
        what = f"{score.score} ({SCORES[score.score]})" if score.score else f"{score.outcome} {score.reason}"
        yield f"score      {what}, agent {score.agent}, queue {score.queue}"


def _messages(evidence: Evidence) -> Iterator[str]:
    for row in evidence.page.voicemails:
        tone = evidence.tone_in_message(row.path)
        file = evidence.app.settings.spool / row.path
        yield f"message    box {row.mailbox}, {seconds(row.duration_ms)} ({tone:.1f} s of 440 Hz), {file}"
    for request in evidence.page.callbacks:
        yield f"call-back  {request.number} wishes to be called from queue {request.queue}"
