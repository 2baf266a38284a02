"""A site goes into the database and comes back, with its history, on both engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, exc, func, select
from sqlalchemy.orm import Session, sessionmaker

from callcenter.errors import NotFound
from callcenter.site import Site
from callcenter.site_file import store as site_store
from callcenter.site_file.document import dump
from schema.config import Audit
from schema.session import session_factory
from schema.site import DidRow, FlowVersion, QueueMemberRow, SeatRow, TrunkRow
from tests.sample import SAMPLE, sample_site

MONDAY = dt.datetime(2026, 10, 12, 1, 30, tzinfo=dt.UTC)

Change = Callable[[dict[str, Any]], object]


def clock() -> dt.datetime:
    """It is always Monday."""
    return MONDAY


@pytest.fixture(scope="module")
def site() -> Site:
    """The sample site."""
    return sample_site()


@pytest.fixture
def factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions on a database with all tables."""
    return session_factory(engine)


def changed(site: Site, change: Change) -> Site:
    """The site after a change to its data."""
    data = site.model_dump(by_alias=True)
    change(data)
    return Site.model_validate(data)


def save(factory: sessionmaker[Session], site: Site) -> list[str]:
    """Save, and tell the changes."""
    with factory.begin() as session:
        return [str(change) for change in site_store.save(session, site, "tester", clock).changes]


def versions(factory: sessionmaker[Session], flow: str) -> list[tuple[int, str]]:
    """Numbers and states of a flow's versions."""
    wanted = select(FlowVersion).where(FlowVersion.flow == flow).order_by(FlowVersion.number)
    with factory() as session:
        return [(version.number, version.state) for version in session.scalars(wanted)]


def test_the_sample_comes_back_byte_for_byte(factory: sessionmaker[Session], site: Site) -> None:
    assert save(factory, site) == ["added site/lantian"]
    with factory() as session:
        back = site_store.read(session)
    assert back == site
    assert dump(back) == SAMPLE.read_text()


def test_what_queries_ask_for_stands_in_columns(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    with factory() as session:
        numbers = (
            select(DidRow.number).join(TrunkRow, DidRow.trunk == TrunkRow.name).where(TrunkRow.name == "e1")
        )
        assert session.scalars(numbers).all() == ["4008001000"]
        remote = select(func.count()).select_from(SeatRow).where(SeatRow.kind == "remote")
        assert session.scalar(remote) == 2
        serving = select(QueueMemberRow.queue).where(QueueMemberRow.agent == "1006")
        assert set(session.scalars(serving)) == {"faults", "english"}


def test_saving_the_same_site_again_writes_nothing(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    assert save(factory, site) == []
    with factory() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == 1


def test_a_save_is_audited_with_its_changes(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    save(factory, changed(site, lambda data: data["queues"][0].update(strategy="random")))
    with factory() as session:
        last = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert last is not None
    assert (last.at, last.by, last.action, last.subject) == (MONDAY, "tester", "site.save", "lantian")
    assert last.detail["changes"] == ["changed queues/service"]


def test_only_a_changed_flow_gets_a_new_version(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    other = changed(site, lambda data: data["flows"][0].update(title="另一个标题"))
    assert save(factory, other) == ["changed flows/main"]
    assert versions(factory, "main") == [(1, "retired"), (2, "draft")]
    assert versions(factory, "faults") == [(1, "draft")]


def test_callers_hear_the_published_version_until_the_draft_is_published(
    factory: sessionmaker[Session], site: Site
) -> None:
    save(factory, site)
    with factory.begin() as session:
        assert site_store.publish(session, site, "tester", clock)["main"] == 1
    other = changed(site, lambda data: data["flows"][0].update(title="另一个标题"))
    save(factory, other)
    with factory() as session:
        assert site_store.read(session, published=True).flows == site.flows
        assert site_store.read(session).flows == other.flows
    with factory.begin() as session:
        assert site_store.publish(session, other, "tester", clock) == {"main": 2}
    assert versions(factory, "main") == [(1, "retired"), (2, "published")]
    with factory() as session:
        assert site_store.read(session, published=True).flows == other.flows


def test_after_a_rollback_callers_hear_the_former_version_and_the_newer_is_a_draft_again(
    factory: sessionmaker[Session], site: Site
) -> None:
    save(factory, site)
    other = changed(site, lambda data: data["flows"][0].update(title="另一个标题"))
    for live in (site, other, site):
        with factory.begin() as session:
            site_store.publish(session, live, "tester", clock)
        save(factory, other)
    assert versions(factory, "main") == [(1, "published"), (2, "draft")]
    with factory() as session:
        assert site_store.read(session, published=True).flows == site.flows
        assert site_store.read(session).flows == other.flows


def test_publishing_what_is_published_does_nothing(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    with factory.begin() as session:
        site_store.publish(session, site, "tester", clock)
        assert site_store.publish(session, site, "tester", clock) == {}


def without_vip(data: dict[str, Any]) -> None:
    """Take the VIP line out."""
    data["flows"] = [flow for flow in data["flows"] if flow["name"] != "vip"]
    data["dids"] = [did for did in data["dids"] if did["flow"] != "vip"]


def test_a_flow_taken_out_keeps_its_history_and_may_come_back(
    factory: sessionmaker[Session], site: Site
) -> None:
    save(factory, site)
    assert save(factory, changed(site, without_vip)) == ["removed dids/4008001008@*", "removed flows/vip"]
    assert versions(factory, "vip") == [(1, "retired")]
    save(factory, site)
    assert versions(factory, "vip") == [(1, "retired"), (2, "draft")]
    with factory() as session:
        assert site_store.read(session) == site


def test_a_new_order_is_a_change_and_is_kept(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    turned = changed(site, lambda data: data["seats"].reverse())
    assert save(factory, turned) == ["reordered seats"]
    with factory() as session:
        assert site_store.read(session).seats == turned.seats


def test_two_seats_may_swap_their_numbers(factory: sessionmaker[Session], site: Site) -> None:
    def swap(data: dict[str, Any]) -> None:
        one, two = data["seats"][:2]
        one["number"], two["number"] = two["number"], one["number"]

    save(factory, site)
    assert save(factory, changed(site, swap)) == ["changed seats/s8001", "changed seats/s8002"]


def test_a_second_site_leaves_the_first_alone(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    save(factory, changed(site, lambda data: data.update(name="other")))
    with factory() as session:
        assert site_store.read(session, "lantian") == site
        with pytest.raises(NotFound, match="several sites, name one of: lantian, other"):
            site_store.read(session)


def test_what_is_not_there_is_named(factory: sessionmaker[Session], site: Site) -> None:
    with factory() as session, pytest.raises(NotFound, match="run hotline site load"):
        site_store.read(session)
    save(factory, site)
    with factory() as session, pytest.raises(NotFound, match="no site moon; there are: lantian"):
        site_store.read(session, "moon")


def test_a_save_that_fails_changes_nothing(factory: sessionmaker[Session], site: Site) -> None:
    save(factory, site)
    broken = changed(site, lambda data: data["dids"][0].update(flow="nowhere"))
    with pytest.raises(exc.IntegrityError):
        save(factory, broken)
    with factory() as session:
        assert site_store.read(session) == site


@pytest.mark.parametrize(
    "row",
    [
        lambda: DidRow(site="lantian", position=9, number="4008001008", title="x", flow="vip", settings={}),
        lambda: FlowVersion(
            site="lantian",
            flow="vip",
            number=2,
            state="draft",
            definition={},
            digest="",
            created_at=MONDAY,
            created_by="x",
        ),
    ],
)
def test_the_database_refuses_a_second_one(
    factory: sessionmaker[Session], site: Site, row: Callable[[], object]
) -> None:
    save(factory, site)
    with pytest.raises(exc.IntegrityError), factory.begin() as session:
        session.add(row())


def test_a_site_that_is_the_same_is_not_read_again(factory: sessionmaker[Session], site: Site) -> None:
    last = site_store.LastRead()
    save(factory, site)
    with factory() as session:
        first, second = last.read(session), last.read(session)
    assert first == site and second is first
    other = site.model_copy(update={"title": "Another"})
    save(factory, other)
    with factory() as session:
        assert last.read(session) == other


def test_no_site_is_not_remembered(factory: sessionmaker[Session], site: Site) -> None:
    last = site_store.LastRead()
    with factory() as session, pytest.raises(NotFound):
        last.read(session)
    save(factory, site)
    with factory() as session:
        assert last.read(session) == site
