"""Every kind of step, and the two functions it is made of.

A new kind is a model in ``callcenter/site/steps.py``, two functions, and a line here.

``ask`` gives a request for the driver, or at once the way the call went. ``answered`` gives the way it
went, from the driver's answer. Both may read the call and keep values with its place; moving is the walk's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from callcenter.flow import acting, asking, deciding, speaking
from callcenter.flow.call import Call
from callcenter.flow.dialogue import Answer, Request
from callcenter.flow.result import Went
from callcenter.site import steps
from callcenter.site.words import Part


class Kind(NamedTuple):
    """The two halves of a step. Each takes the step's own model, which the table vouches for."""

    ask: Callable[[Any, Call], Request | Went]
    answered: Callable[[Any, Call, Answer], Went] | None = None
    """None for a kind that never asks its driver anything."""
    alike: bool = False
    """Every caller of a language is asked the same, while no try has failed, no key was typed ahead, and the caller
    goes before nobody. Not at the steps that remember their callers (``Published.remembering``)."""


KINDS: dict[type[Part], Kind] = {
    steps.Menu: Kind(asking.ask_menu, asking.menu_answered, alike=True),
    steps.Play: Kind(speaking.ask_play, speaking.play_answered, alike=True),
    steps.Say: Kind(speaking.ask_say, speaking.say_answered),
    steps.Collect: Kind(asking.ask_collect, asking.collect_answered, alike=True),
    steps.Lookup: Kind(deciding.ask_lookup, deciding.lookup_answered),
    steps.Branch: Kind(deciding.ask_branch, deciding.branch_answered),
    steps.SetLanguage: Kind(deciding.ask_language),
    steps.QueueCall: Kind(acting.ask_queue, acting.queue_answered, alike=True),
    steps.DialSeat: Kind(acting.ask_seat, acting.dial_answered, alike=True),
    steps.DialAgent: Kind(acting.ask_agent, acting.dial_answered, alike=True),
    steps.DialOutside: Kind(acting.ask_outside, acting.dial_answered, alike=True),
    steps.Voicemail: Kind(acting.ask_voicemail, acting.voicemail_answered, alike=True),
    steps.ConferenceStep: Kind(acting.ask_conference, acting.conference_answered, alike=True),
    steps.Callback: Kind(acting.ask_callback, acting.callback_answered),
    steps.Goto: Kind(deciding.ask_goto),
    steps.HangUp: Kind(acting.ask_hang_up, alike=True),
    steps.SurveyStep: Kind(acting.ask_survey, acting.survey_answered, alike=True),
}
