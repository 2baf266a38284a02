"""What a load is made of, as data: callers with their chances, agents, the carrier. One YAML file each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from callcenter.errors import HotlineError, NotFound

LIBRARY = Path(__file__).parent / "scenarios"
Seconds = Annotated[float, Field(ge=0, le=600)]
Chance = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[str, Field(pattern=r"^[0-9*#+]{1,24}$")]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Words = dict[Literal["en", "zh"], str]


class Part(BaseModel):
    """Nothing that is not known is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Part):
    """Something that happens to some calls, between so many seconds after the answer."""

    chance: Chance
    after: tuple[Seconds, Seconds]


class Thought(Part):
    """A key, and how long its caller thinks before it."""

    key: Key
    think: tuple[Seconds, Seconds]


class Scores(Part):
    """Who answers the survey; ``weights`` of the scores 1 to 4."""

    chance: Chance
    weights: tuple[float, float, float, float] = (1, 1, 1, 1)


class CallerKind(Part):
    """Callers who want the same. ``share`` is by weight; a wrong key is pressed before a right one."""

    name: str
    title: Words
    share: float = Field(gt=0)
    dials: Number
    keys: tuple[Thought, ...] = ()
    wrong_key: Chance = 0
    abandons: Span | None = None
    scores: Scores | None = None


class AgentKind(Part):
    """So many agents at phones that all do the same."""

    count: int = Field(ge=1, le=200)
    rings: Seconds = 0.5
    talks: Seconds = 4
    misses: bool = False
    passes_on_to: Number | None = None


class Carrier(Part):
    """The far end of what flows dial outside."""

    rings: Seconds = 0.5
    talks: Seconds = 4


class Scenario(Part):
    """One load. Without agents nobody answers the queues but those whom the target has itself."""

    title: Words
    callers: tuple[CallerKind, ...] = Field(min_length=1)
    agents: tuple[AgentKind, ...] = ()
    wrapup_seconds: int = Field(default=1, ge=0, le=60)
    carrier: Carrier | None = None

    @model_validator(mode="after")
    def names_are_its_own(self) -> Self:
        """Each kind of caller has a name of its own."""
        names = [kind.name for kind in self.callers]
        if len(set(names)) < len(names):
            raise ValueError("two kinds of callers have the same name")
        return self


def library() -> dict[str, Scenario]:
    """The scenarios that are shipped, by name."""
    return {file.stem: load(file) for file in sorted(LIBRARY.glob("*.yaml"))}


def named(name: str) -> Scenario:
    """One of the library, or of a file. Raises NotFound or HotlineError."""
    file = Path(name) if name.endswith(".yaml") else LIBRARY / f"{name}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(each.stem for each in LIBRARY.glob("*.yaml")))
        raise NotFound(f"there is no load {name}; there are {known}, or give a file that ends in .yaml")
    return load(file)


def load(file: Path) -> Scenario:
    """Read one. Raises HotlineError that names the file and the place in it."""
    try:
        return Scenario.model_validate(YAML(typ="safe").load(file))
    except YAMLError as error:
        raise HotlineError(f"{file}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise HotlineError(f"{file}: {place}: {first['msg']}") from None
