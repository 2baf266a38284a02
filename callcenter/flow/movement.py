"""What a target means where the call stands, and moving there."""

from __future__ import annotations

from callcenter.flow.place import END, MENUS_REMEMBERED, Place
from callcenter.flow.result import STAY
from callcenter.site.steps import Step
from callcenter.site_file.published import Published


class Movement:
    """Moves one place about one version's flows. Every move lands on a step that exists, or at the end."""

    def __init__(self, published: Published, place: Place) -> None:
        self._flows, self._menus = published.flows, published.menus
        self._steps, self._menu_numbers = published.steps, published.menu_numbers
        self._place = place
        self.step = published.step(place.flow, place.step)
        """Where the call stands; None at the end."""

    def follow(self, target: str) -> str:
        """Go where the target says, and return that place as the flow that was left would write it."""
        place = self._place
        left = place.flow
        if target == STAY:
            place.steps += 1
            place.quiet += 1
        elif target[0] == "@":
            self._follow_word(target)
        elif "/" in target:
            self._follow_path(target)
        else:
            self.go(left, target)
        if place.step == END:
            return "@hangup"
        return place.step if place.flow == left else f"{place.flow}/{place.step}"

    def go(self, flow: str, step: str) -> None:
        """Stand at a step; when there is none of that name, at the operator, or else at the end."""
        place, where = self._place, (flow, step)
        self.step = self._steps.get(where)
        if self.step is None and step != END:
            flow, step = where = place.flow, self._flows[place.flow].operator
            self.step = self._steps.get(where)
            if self.step is None:
                step = END
        menu = self._menu_numbers.get(where)
        if menu is not None:
            self._remember(menu)
        if flow != place.flow:
            self._change_language(place.flow, flow)
        place.flow, place.step, place.missed, place.doing, place.asked = flow, step, "", False, None
        place.steps += 1
        place.quiet += 1

    def stand(self, step: Step) -> None:
        """Stand at a step that is in no flow, and nobody has counted."""
        self.step = step

    def _follow_word(self, word: str) -> None:
        """``@repeat`` begins the step anew."""
        place = self._place
        if word == "@back":
            self.go(*self._menu_before())
        elif word in ("@operator", "@start"):
            flow = self._flows[place.flow]
            self.go(place.flow, flow.operator if word == "@operator" else flow.start)
        else:
            self.go(place.flow, place.step if word == "@repeat" else END)

    def _follow_path(self, target: str) -> None:
        flow, _, step = target.rpartition("/")
        known = self._flows.get(flow)
        self.go(flow, step or (known.start if known else ""))

    def _menu_before(self) -> tuple[str, str]:
        """The menu entered last before this step; a first menu is its own, other steps have the start."""
        place = self._place
        standing = (place.flow, place.step)
        in_menu = standing in self._menu_numbers
        trail = place.back[:-1] if in_menu else place.back
        if trail and trail[-1] < len(self._menus):
            return self._menus[trail[-1]]
        return standing if in_menu else (place.flow, self._flows[place.flow].start)

    def _remember(self, menu: int) -> None:
        """A menu that was come through before cuts the trail there: going back never goes in circles."""
        trail = self._place.back
        if menu in trail:
            trail = trail[: trail.index(menu)]
        self._place.back = (*trail, menu)[-MENUS_REMEMBERED:]

    def _change_language(self, left: str, entered: str) -> None:
        """Another flow brings its language, unless the call's was chosen by number, trunk or step."""
        if self._place.language == self._flows[left].language:
            self._place.language = self._flows[entered].language
