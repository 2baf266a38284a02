"""One call of a softphone, and what its owner does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from callcenter.errors import HotlineError
from lab import sip_message as sip
from lab.rtp import Ear

if TYPE_CHECKING:
    from lab.softphone import Softphone

SECONDS = 20.0
"""How long things are waited for unless said otherwise."""
State = Literal["ringing", "early", "up", "over"]


class PhoneCall:
    """One call of a phone. ``moments`` has when it was first in each state, ``refer_statuses`` the target's."""

    def __init__(self, phone: Softphone, number: int, call_id: str) -> None:
        self.phone = phone
        self.number = number
        self.call_id = call_id
        self.state: State = "early"
        self.status = 0
        self.moments: dict[str, float] = {}
        self.refer_statuses: list[int] = []
        self.local = self.remote = self.target = self.branch = ""
        self.cseq = 0
        self.port = 0
        self.invite: sip.SipMessage | None = None
        self.tried = False

    @property
    def asked(self) -> sip.SipMessage:
        """The INVITE of a call that came in."""
        if self.invite is None:
            raise HotlineError(f"{self.phone.login.username} dialled this call itself")
        return self.invite

    def wait(self, state: State, seconds: float = SECONDS) -> PhoneCall:
        """Return when the call is in ``state``. Raises HotlineError when it does not come to that."""
        self.phone.until(lambda: state in self.moments, seconds, f"{self.phone.login.username}: call {state}")
        return self

    def answer(self) -> PhoneCall:
        """Pick up."""
        self.phone.answer(self)
        return self

    def refuse(self, status: str = "486 Busy Here") -> None:
        """Don't pick up."""
        self.phone.refuse(self, status)

    def hang_up(self) -> None:
        """Say BYE, or CANCEL while it rings at the far end."""
        self.phone.hang_up(self)

    def hold(self, direction: str = "sendonly") -> None:
        """Put the far end on hold; the microphone is off meanwhile."""
        self.phone.media.mute(self.number, True)
        self.phone.request(self, "INVITE", body=self.phone.offer(self, direction))

    def resume(self) -> None:
        """And take it back."""
        self.phone.media.mute(self.number, False)
        self.phone.request(self, "INVITE", body=self.phone.offer(self))

    def press(self, digits: str) -> None:
        """Press keys, five a second."""
        self.phone.media.press(self.number, digits)

    def transfer(self, number: str) -> None:
        """Blind: refer the far end to ``number``."""
        self.phone.refer(self, f"sip:{number}@{self.phone.toward.ip}:{self.phone.toward.port}")

    def transfer_to(self, other: PhoneCall) -> None:
        """Attended: the far end takes this phone's place in ``other``."""
        tags = f"{other.call_id};to-tag={sip.tag(other.remote)};from-tag={sip.tag(other.local)}"
        self.phone.refer(self, f"{sip.uri(other.remote)}?Replaces={quote(tags, safe='')}")

    def ear(self) -> Ear:
        """What it has heard since the answer."""
        return self.phone.media.ear(self.number)
