"""What may stand at the end of a path? Each sort of leaf reads its value and describes itself; knows no path."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from forecast.errors import nearest, quoted
from forecast.scenario import descriptions, families
from forecast.scenario.place import NAME, NAME_ALLOWED, Place, is_name
from forecast.scenario.records import Capability, Distribution, Scalar, Value
from forecast.scenario.source import GONE, Node
from forecast.scenario.units import DURATION, FACTOR, RATE, SHARE, Kind, UnreadableError, day
from forecast.scenario.values import NOTHING, chosen, of_family, quantity, scalar

DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "a date such as 2026-10-01"}


@dataclass(frozen=True)
class Leaf:
    """The end of a path. `settled`: why the timeline may not change it; `segments`: may it differ by segment."""

    settled: str = ""
    segments: bool = True

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The values by the rest of their path (mostly one, with no rest); complaints go to the place."""
        return {"": chosen(node, place)[0].text}

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what may be written."""
        return {}

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> core_schema.CoreSchema:
        """Anything: the loader checks values itself, so that it can say where and what."""
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(self, _core: object, _handler: object) -> dict[str, Any]:
        """What editors complete and check."""
        return self.schema()


@dataclass(frozen=True)
class Number(Leaf):
    """A number of a kind; or, as `uncertain` says why not, always certain."""

    kind: Kind = FACTOR
    uncertain: str = ""

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The number in base units."""
        return {"": scalar(node, self.kind, place, self.uncertain)}

    def schema(self) -> dict[str, Any]:
        """A written number, by segment, uncertain."""
        bare = descriptions.reference(self.kind, "written")
        part = bare if self.uncertain else descriptions.certain_or_not(self.kind)
        return descriptions.per_segment(part) if self.segments else part


@dataclass(frozen=True)
class Quantity(Leaf):
    """A distribution of a kind; `none` is the word for no such thing, where there may be none."""

    kind: Kind = DURATION
    families: frozenset[str] = families.LOOP
    none: str = ""

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The distribution in base units."""
        part, inner = chosen(node, place)
        if self.none and part.text == self.none:
            return {"": Distribution("never", {})}
        return {"": quantity(part, self.kind, inner, self.families)}

    def schema(self) -> dict[str, Any]:
        """A written value, a distribution, by segment."""
        parts = [descriptions.quantity(self.kind, self.families)]
        part = descriptions.either(*parts, *([descriptions.words(self.none)] if self.none else []))
        return descriptions.per_segment(part) if self.segments else part


@dataclass(frozen=True)
class Tenure(Quantity):
    """A loop duration, `never`, or `{hazard, heterogeneity_cv}`."""

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The distribution; a hazard that differs between users is a Lomax distribution."""
        part, inner = chosen(node, place)
        if "hazard" in part.mapping or "heterogeneity_cv" in part.mapping:
            return {"": of_family("lomax", part, self.kind, inner) or NOTHING}
        return super().read(part, inner)

    def schema(self) -> dict[str, Any]:
        """As a quantity, and the block with the hazard."""
        rate, spread = descriptions.scalar(RATE), descriptions.scalar(families.HETEROGENEITY)
        form = descriptions.record(("hazard", "heterogeneity_cv"), hazard=rate, heterogeneity_cv=spread)
        return descriptions.either(super().schema(), descriptions.per_segment(form))


@dataclass(frozen=True)
class Choice(Leaf):
    """One of a few words, each with its value."""

    words: tuple[tuple[str, Value], ...] = (("true", True), ("false", False))

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The value of the word."""
        node, place = chosen(node, place) if self.segments else (node, place)
        meanings = dict(self.words)
        if node.text in meanings:
            return {"": meanings[node.text]}
        if node.text != GONE:
            guess = nearest(node.text, meanings) if node.text else None
            place.wrong(node, f"one of {', '.join(meanings)}", guess)
        return {"": self.words[0][1]}

    def schema(self) -> dict[str, Any]:
        """The words."""
        part = descriptions.words(*(word for word, _ in self.words))
        return descriptions.per_segment(part) if self.segments else part


@dataclass(frozen=True)
class Never(Number):
    """A number, or the word `never`, which is 0."""

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The number; 0 for never."""
        part, inner = chosen(node, place)
        return {"": 0} if part.text == "never" else super().read(part, inner)

    def schema(self) -> dict[str, Any]:
        """As a number, or the word."""
        return descriptions.either(super().schema(), descriptions.per_segment(descriptions.words("never")))


@dataclass(frozen=True)
class Name(Leaf):
    """A name, or nothing where `none` is the word for it; with none of the endings `without`."""

    none: str = ""
    without: tuple[str, ...] = ()

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The name; None for none."""
        node, place = chosen(node, place) if self.segments else (node, place)
        text = node.text
        if text == GONE or (self.none and text == self.none):
            return {"": None}
        if text is None or not is_name(text):
            place.wrong(node, NAME_ALLOWED)
        elif text.endswith(self.without):
            place.wrong(node, f"a name that does not end in {' or '.join(self.without)}, as columns of the results do")
        return {"": text}

    def schema(self) -> dict[str, Any]:
        """Any name."""
        part = {"type": "string", "pattern": f"^{NAME}$"}
        return descriptions.per_segment(part) if self.segments else part


@dataclass(frozen=True)
class Imitation(Leaf):
    """A rate of imitation trials, or invites and the share of them that is taken up."""

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The rate and the acceptance (1 when only a rate is given)."""
        node, place = chosen(node, place)
        parts = block(node, {"invites": RATE, "acceptance": SHARE}, place, without="uncertain")
        if parts is None:
            return {".rate": scalar(node, RATE, place), ".acceptance": 1.0}
        return {".rate": parts["invites"], ".acceptance": parts["acceptance"]}

    def schema(self) -> dict[str, Any]:
        """A rate or the block."""
        rate, part = descriptions.certain_or_not(RATE), descriptions.scalar(SHARE)
        form = descriptions.record(("invites", "acceptance"), invites=descriptions.scalar(RATE), acceptance=part)
        return descriptions.per_segment(descriptions.either(rate, form))


EXPONENT = Kind("exponent", FACTOR.noun, FACTOR.read, FACTOR.pattern, "2", low=1.0, cap=100.0)


@dataclass(frozen=True)
class Contagion(Leaf):
    """`simple`, or `{complex: {exponent, threshold}}`."""

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The exponent (0 when simple) and the threshold."""
        node, place = chosen(node, place)
        if node.text in ("simple", GONE):
            return {".exponent": 0.0, ".threshold": 1.0}
        if list(node.mapping) != ["complex"]:
            place.wrong(node, "`simple` or `{complex: {exponent: 2, threshold: 20%}}`")
            return {}
        inner = place.at("complex")
        parts = block(node.mapping["complex"], {"exponent": EXPONENT, "threshold": SHARE.positive()}, inner)
        if parts is None:
            inner.wrong(node, "a block with exponent and threshold")
            return {}
        return {f".{name}": part for name, part in parts.items()}

    def schema(self) -> dict[str, Any]:
        """The word or the block."""
        exponent, threshold = descriptions.scalar(EXPONENT), descriptions.scalar(SHARE)
        inner = descriptions.record(("exponent", "threshold"), exponent=exponent, threshold=threshold)
        form = descriptions.record(("complex",), complex=inner)
        return descriptions.per_segment(descriptions.either(descriptions.words("simple"), form))


@dataclass(frozen=True)
class Seasonality(Leaf):
    """Twelve factors, January first."""

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The factors."""
        node, place = chosen(node, place)
        if node.text == GONE:
            return {}
        if len(node.items) != 12:
            place.wrong(node, "a list of 12 plain numbers, January first")
            return {}
        return {"": tuple(scalar(item, FACTOR, place.at(str(i + 1))) for i, item in enumerate(node.items))}

    def schema(self) -> dict[str, Any]:
        """The list."""
        months = {"type": "array", "items": descriptions.scalar(FACTOR), "minItems": 12, "maxItems": 12}
        return descriptions.per_segment(months)


@dataclass(frozen=True)
class Availability(Leaf):
    """`true`, `false`, a date, or `{at: DATE, slip: DURATION}`."""

    segments: bool = False

    def read(self, node: Node, place: Place) -> dict[str, Value]:
        """The capability, with the day from which it is there."""
        if "at" not in node.mapping:
            return {"": Capability(self.day(node, place), None)}
        for key, value in node.mapping.items():
            if key not in ("at", "slip"):
                place.unknown(value, key, ("at", "slip"))
        at = self.day(node.mapping["at"], place.at("at"))
        slip = node.mapping.get("slip")
        return {"": Capability(at, quantity(slip, DURATION, place.at("slip"), families.ANY) if slip else None)}

    def day(self, node: Node, place: Place) -> float:
        """Days from the start: 0 for true, infinity for false."""
        words = {"true": 0.0, "false": math.inf} if not place.path.endswith(".at") else {}
        if node.text in words:
            return words[node.text]
        try:
            return float((day(node.text or "") - place.facts.start).days)
        except UnreadableError:
            place.wrong(node, "true, false, a date such as `2026-10-01`, or `{at: DATE, slip: DURATION}`")
            return 0.0

    def schema(self) -> dict[str, Any]:
        """A word, a date, or the block."""
        slip = descriptions.quantity(DURATION, families.ANY)
        form = descriptions.record(("at",), at=DATE, slip=slip)
        return descriptions.either(descriptions.words("true", "false"), DATE, form)


@dataclass(frozen=True)
class Written(Leaf):
    """A leaf that the loader reads in its own way, with the JSON Schema `described`."""

    described: tuple[tuple[str, Any], ...] = ()
    segments: bool = False

    def schema(self) -> dict[str, Any]:
        """As described."""
        return dict(self.described)


def block(node: Node, kinds: Mapping[str, Kind], place: Place, without: str = "") -> dict[str, Scalar] | None:
    """The scalars of a block with exactly these keys; None when the node is no such block."""
    if not isinstance(node.value, dict) or (without and without in node.mapping):
        return None
    for key, value in node.mapping.items():
        if key not in kinds:
            place.unknown(value, key, tuple(kinds))
    missing = [name for name in kinds if name not in node.mapping]
    if missing:
        place.wrong(node, f"also {' and '.join(quoted(name) for name in missing)}")
    return {
        name: scalar(node.mapping[name], kind, place.at(name)) for name, kind in kinds.items() if name in node.mapping
    } | dict.fromkeys(missing, math.nan)
