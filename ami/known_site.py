"""What the listener has to know of a site, and knows anew after each reload of Asterisk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from callcenter.agents.personal_queues import PersonalQueue, personal_queues
from callcenter.journey import CallRecord, Endpoints
from callcenter.journey.legs import AgentAt, nobody_known
from callcenter.site import Site
from callcenter.site.board_lines import line_trunks, telephones
from callcenter.site.service import Queue


@dataclass(frozen=True, slots=True)
class KnownSite:
    """Endpoints, queues and their names. ``recorded``: the queues whose agents' legs get a row.

    ``trunk_of`` tells the trunk of a gateway that signs in under another name, and of a board's line; ``surveys``
    each queue's.
    """

    endpoints: Endpoints
    surveys: Mapping[str, str | None]
    recorded: frozenset[str]
    trunk_of: Mapping[str, str]

    @classmethod
    def of(cls, site: Site, agent_at: AgentAt = nobody_known) -> KnownSite:
        """The part of ``site`` that matters here."""
        trunks = site.trunk_endpoints() | line_trunks(site)
        queues: list[Queue | PersonalQueue] = [*site.queues, *personal_queues(site)]
        phones = {seat.name for seat in site.seats} | {channel for channel, _ in telephones(site)}
        return cls(
            Endpoints(set(trunks), phones, agent_at),
            {queue.name: queue.survey for queue in queues},
            frozenset(queue.name for queue in queues),
            trunks,
        )

    def after(self, former: KnownSite) -> KnownSite:
        """This one, and what of the former it has no more: calls that began there may still be up."""
        new, old = self.endpoints, former.endpoints
        endpoints = Endpoints(
            new.trunks | old.trunks - new.seats, new.seats | old.seats - new.trunks, new.agent_at
        )
        return KnownSite(
            endpoints,
            {**former.surveys, **self.surveys},
            self.recorded | (former.recorded - self.surveys.keys()),
            {**former.trunk_of, **self.trunk_of},
        )

    def named(self, record: CallRecord) -> CallRecord:
        """The record with the site's name of its trunk."""
        trunk = record.trunk and self.trunk_of.get(record.trunk, record.trunk)
        return record if trunk == record.trunk else replace(record, trunk=trunk)
