"""Channel variables that Hotline and the rendered dialplan say to each other with.

Each is documented here and nowhere else; templates, scripts and tests import the names.
"""

from __future__ import annotations

DONE = "HL_DONE"
"""The done marker: a script sets it to 1 just before it returns. Anything else means the script died."""

VERSION = "HL_VERSION"
"""The config version this call began with; its flows are used to the call's end."""

NEXT = "HL_NEXT"
"""The dialplan action to take: queue, seat, outside, voicemail, hangup, survey, ivr."""

TARGET = "HL_TARGET"
"""The action's object: a queue's name, a seat's name, a number, a mailbox."""

SECONDS = "HL_SECONDS"
"""The action's time limit in seconds, 0 for none."""

CURSOR = "HL_CURSOR"
"""Where the flow stands: ``flow/step``, so that any FastAGI worker can go on."""

OUTCOME = "HL_OUTCOME"
"""What became of the last action: a queue status, a dial status, key-N, a voicemail status."""

OVER = "HL_OVER"
"""The outcome of the action in hand after which nothing is left but the survey; empty when the flow goes on."""

SURVEYED = "HL_SURVEYED"
"""Shared on the caller's channel: 1 when they were asked by the queue an agent has passed them on to."""

TRUNK = "HL_TRUNK"
"""The trunk a call came in on; set by the trunk's endpoint."""

CHANNELS = "HL_CHANNELS"
"""The calls that the trunk of a call takes at once; set by the trunk's endpoint."""

TLS = "HL_TLS"
"""1 on the channels of seats that have to encrypt; set by the endpoint."""

DID = "HL_DID"
"""The number dialled, digits and a leading + only."""

FALLBACK_FLOW = "HL_FALLBACK"
"""The flow whose static menu serves the call while FastAGI is away: the trunk's, then the call's own."""

LANGUAGE = "HL_LANGUAGE"
"""The language the flow has come to; the dialplan makes it the channel's."""

QUEUE_PRIORITY = "QUEUE_PRIO"
"""app_queue's own variable: callers of higher priority are answered first."""

QUEUE_MAX_PENALTY = "QUEUE_MAX_PENALTY"
"""app_queue's own variable: agents of a higher penalty are not asked yet; the queue's rule raises it."""

WHISPER = "HL_WHISPER"
"""The file that only the agent hears before the two are joined; inherited by the legs."""

TELL_AGENT = "HL_TELL_AGENT"
"""1 when the caller is to hear the agent's number; inherited by the legs."""

CONTEXT = "HL_CONTEXT"
"""The call's own context, whose name carries its content: the way back from a queue left by key."""

VARIABLES = "HL_VARS"
"""The call's own values between two scripts, as URL query text; masked ones are left out."""

RECORD = "HL_RECORD"
"""1 when the agent's leg is to be recorded; inherited by the legs."""

RECORD_DRAW = "HL_RECORD_DRAW"
"""The number the call drew: below an agent's own percentage they are recorded. Empty: agents don't differ."""

RECORD_OWN = "HL_OWN"
"""1 when the leg of the agent who calls is to be recorded; the leg that goes out inherits it."""

RECORD_THEIRS = "HL_THEIRS"
"""1 when the leg of the agent who is rung without a queue is to be recorded."""

TOLD_OUTSIDE = "HL_TELL"
"""The file that who is called outside hears first: that the call is recorded."""

CONSULTS = "HL_CONSULTS"
"""The dialplan's own: 1 when the seat that calls has another call in hand."""

CONSENT = "HL_CONSENT"
"""What the caller said to being recorded: told, agreed, refused or silent; they are asked once a call."""

AGENT = "HL_AGENT"
"""The agent whose leg this is; inherited by the legs."""

CALL = "HL_CALL"
"""The call's id (the caller's linkedid); inherited by the legs."""

SEAT = "HL_SEAT"
"""The dialplan's own: the name of the seat that an agent's leg rings."""

TRIES = "HL_TRIES"
"""The static menu's own: how often the caller has pressed nothing or a wrong key."""

DIALLED = "HL_DIALLED"
"""What a seat has dialled: digits, a leading +, ``*`` and ``#``."""

MOVED_BY = "HL_MOVED_BY"
"""The channel that passed the caller on, when a transfer brought him here."""

OUT = "HL_OUT"
"""The trunk that a call from a seat goes out on; its leg inherits it and counts on that trunk."""

LIMIT = "HL_LIMIT"
"""How many calls that trunk takes at once."""

SHOWN = "HL_SHOWN"
"""The number that is shown outside; empty: the seat's own."""

PARKER = "HL_PARKER"
"""The phone that parked the call, which comes back to it."""

CLICKED = "HL_CLICKED"
"""Of a seat's call that was begun by a click: the seat's number, for the phone itself shows the one called."""

CONFIRM = "HL_CONFIRM"
"""1 when whoever answers outside is asked for a key before the call is theirs."""

TOOK = "HL_TOOK"
"""The dialplan's own: 1 when they have pressed it; shared with the channel that dialled."""

ASKER = "HL_ASKER"
"""The dialplan's own: the channel that dials an outside number; its leg inherits it."""

FULL = "HL_FULL"
"""The dialplan's own: 1 when the leg found every channel of its trunk in use; shared with the channel that dialled."""

LOCKED = "HL_LOCKED"
"""The dialplan's own: legs that go out on one trunk are counted one after the other."""

RING = "HL_RING"
"""Seconds that a flow's step rings a seat or an agent; empty for a call that a seat has dialled."""

IDLE = "HL_IDLE"
"""1 when a phone that is in a call is not rung: the agent whom a flow asks for is busy then."""

GROUP = "HL_GROUP"
"""The dialplan's own: the pick-up group of who dials ``*8``, then its phones."""

FOUND = "HL_FOUND"
"""The dialplan's own: the leg that has rung for the longest of those that may be taken."""

FIRST = "HL_FIRST"
"""The dialplan's own: when that leg began, as the number in its id."""

BEGAN = "HL_BEGAN"
"""The dialplan's own: the same of the leg that is looked at."""

SITS = "HL_QUEUE"
"""The dialplan's own: a queue whose members tell where an agent sits, while FastAGI is away."""

STATE = "HL_STATE"
"""The dialplan's own: the state of that phone."""

DIGITS = "HL_DIGITS"
"""The dialplan's own: the digits of a number outside, while FastAGI is away."""

LINK = "HL_LINK"
"""1 on the channels of links to other sites and of their phones; set by the endpoint."""

VIA = "HL_VIA"
"""The sites that a call has passed before this one, joined by dots; inherited by the legs."""

JOINT = "HL_JOINT"
"""The call's id at the site where it began; inherited by the legs."""

PHONE = "HL_PHONE"
"""1 when another site's queue asks for one phone: nobody else takes the call."""

READ = "HL_READ"
"""The dialplan's own: a header as it came."""

CAUSE = "HL_CAUSE"
"""The Q.850 cause that a refused call from a seat is ended with."""

KEY = "HL_KEY"
"""The static menu's own: the key the caller pressed."""

WORDS = "HL_WORDS"
"""The dialplan's own: the file that tells the caller the agent's number."""

TOLD = "HL_TOLD"
"""The dialplan's own: what agent and caller hear before they are joined, as Dial's option A takes it."""

GREETED = "HL_GREETED"
"""1 when the flow has greeted the caller already: the mailbox's own greeting is left out then."""

ROOM = "HL_ROOM"
"""The dialplan's own: the conference room."""

ADMIT = "HL_ADMIT"
"""As what somebody may come into a room: host, member, waiting (a member who waits for the host), or empty."""

BOX = "HL_BOX"
"""The dialplan's own: the mailbox that takes a message."""

SAY = "HL_SAY_"
"""What is said to who waits: files joined by &, in ``HL_SAY_1``, ``HL_SAY_2`` and so on."""

NUMBER = "HL_NUMBER"
"""The number of who is called back, or invited to a room."""

POSITION = "HL_POSITION"
"""1 for a caller who kept the place: the head of the line, of those with the same priority."""

LISTENER = "HL_LISTENER"
"""The channel that waits and is to hear it."""

PIECE = "HL_PIECE"
"""The dialplan's own: which of the ``HL_SAY_…`` is played."""

PEER = "HL_PEER"
"""A channel of the call that somebody joins, listens to, or picks up."""

BACK = "HL_BACK"
"""The dialplan's own: the phone that transferred the call blindly, and is rung again when the target fails."""

JOIN = "HL_JOIN"
"""No variable but the ledger's event with which a channel says which call it belongs to."""

LINE_TOLD = "HL_LINE"
"""No variable but the ledger's event with what an analog line has told: who calls, a slash, what was dialled."""

CONSULT = "HL_CONSULT"
"""No variable but the ledger's event of a seat that has another call in hand and dials."""

PARKED = "HL_PARKED_"
"""The dialplan's own, for all channels: ``HL_RECORD`` of who is parked at this place, as ``HL_PARKED_701``."""

PEER = "HL_PEER"
"""The dialplan's own: the channel that somebody is brought to, to join it, hear it or pick it up."""

PEERS = "HL_PEERS"
"""The dialplan's own: the channels of a seat that consults somebody."""

BACK = "HL_BACK"
"""The dialplan's own: the phone that a call comes back to when nobody takes it after a blind transfer."""

FORETOLD = "HL_FORETOLD"
"""When who waits was told to be answered, in seconds since 1970: after a restart of the listener no later is told."""
