"""Two linked sites on one machine, and the line between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from callcenter.site_file.document import load
from lab.home import temporary_home
from prompts.build import build
from prompts.engine import EspeakEngine
from tests.e2e.linked_site import BEIJING, SAMPLES, SHANGHAI, Site, ip
from tests.sounds import give_sounds


class TwoSites:
    """Both, and the line between them."""

    def __init__(self, beijing: Site, shanghai: Site) -> None:
        self.beijing, self.shanghai = beijing, shanghai

    def lay_the_line(self) -> None:
        """A pair of interfaces, an end in each network; each carrier is an address beside."""
        shanghai = str(self.shanghai.task)
        self.beijing.do(lambda: ip("link add line type veth peer name line netns", shanghai))
        for site in (self.beijing, self.shanghai):
            site.do(lambda where=site.where: ip(f"address add {where.ip}/24 dev line"))
            site.do(lambda where=site.where: ip(f"address add {where.carrier}/32 dev lo"))
            site.do(lambda: ip("link set line up"))

    def at_once(self, what: Callable[[Site], object]) -> None:
        """At both sites, in their networks."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda site: site.do(lambda: what(site)), (self.beijing, self.shanghai)))

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Nothing comes through the line."""
        self.shanghai.do(lambda: ip("link set line down"))
        try:
            yield
        finally:
            self.shanghai.do(lambda: ip("link set line up"))

    def link_is(self, state: str) -> None:
        """Wait until both sites know it: Avail or Unavail."""
        for site in (self.beijing, self.shanghai):
            site.trunk_is(site.where.link, state)


@contextmanager
def two_sites() -> Iterator[TwoSites]:
    """Both at work."""
    with ExitStack() as stack:
        both = TwoSites(Site(BEIJING), Site(SHANGHAI))
        both.lay_the_line()
        prompts = stack.enter_context(temporary_home())
        give_sounds(prompts)
        build(load(SAMPLES / "two_sites_beijing.yaml"), prompts, EspeakEngine(), beside=SAMPLES, jobs=4)
        pool = stack.enter_context(ThreadPoolExecutor(2))
        stack.callback(lambda: list(pool.map(Site.close, (both.beijing, both.shanghai))))
        list(pool.map(Site.open, (both.beijing, both.shanghai), (prompts, prompts)))
        for site in (both.beijing, both.shanghai):
            site.trunk_is(site.where.line, "Avail")
        both.link_is("Avail")
        yield both
