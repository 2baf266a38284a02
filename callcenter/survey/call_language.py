"""The language a caller was spoken to in, as far as the rows of the call tell."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.site import Site
from schema.calls import Call, Step


def language_of(session: Session, site: Site, call: Call) -> str:
    """What a step set, else the number's, its trunk's or the last flow's, else the site's first language."""
    newest = select(Step).where(Step.call_id == call.call_id).order_by(Step.at.desc(), Step.number.desc())
    flows = {flow.name: flow for flow in site.flows}
    walked = [(step, flows[step.flow]) for step in session.scalars(newest) if step.flow in flows]
    for row, flow in walked:
        step = flow.steps.get(row.step)
        if step is not None and step.kind == "language":
            return step.language
    own = [did.language for did in site.dids if did.number == call.did and did.trunk in (None, call.trunk)]
    own += [trunk.language for trunk in site.trunks if trunk.name == call.trunk]
    own += [flow.language for _, flow in walked[:1]]
    return next((language for language in own if language), site.languages[0])
