"""The types of values at the end of a path: each reads its value and describes itself. Knows no path."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from forecast.scenario.records import Capability, Distribution, Scalar, Value
from forecast.scenario.text.location import NAME, NAME_ALLOWED, Location, is_name
from forecast.scenario.text.yaml_tree import INVALID, Node
from forecast.scenario.values import families, json_schema
from forecast.scenario.values.readers import (
    PLACEHOLDER,
    is_rate,
    part_for_segment,
    read_distribution,
    read_family,
    read_scalar,
)
from forecast.scenario.values.suggestions import same_date, same_month, same_word
from forecast.scenario.values.units import (
    DATE_FORMS,
    DURATION,
    FACTOR,
    MONTH_OF_RUN,
    RATE,
    SHARE,
    ZERO,
    UnreadableError,
    ValueKind,
    parse_date,
)

DATE_SCHEMA = {
    "type": "string",
    "pattern": rf"^(?:\d{{4}}-\d{{2}}-\d{{2}}|{MONTH_OF_RUN})$",
    "description": "a date such as 2026-10-01, or month 9: month 1 begins at the start",
}


@dataclass(frozen=True)
class ValueType:
    """The end of a path. `fixed_reason`: why it cannot change over time; `segments`: whether segments may differ."""

    parts: ClassVar[tuple[str, ...]] = ()  # where a value is kept in parts, each at a path of its own
    fixed_reason: str = ""
    segments: bool = True

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The values by the rest of their path (mostly one, with no rest); problems go to the location."""
        return {"": part_for_segment(node, location)[0].text}

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what may be written."""
        return {}


@dataclass(frozen=True)
class NumberType(ValueType):
    """A number of a kind; `uncertain` says what to give where it must be certain."""

    kind: ValueKind = FACTOR
    uncertain: str = ""

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The number in base units."""
        return {"": read_scalar(node, self.kind, location, self.uncertain)}

    def schema(self) -> dict[str, Any]:
        """A written number, by segment, uncertain."""
        bare = json_schema.kind_reference(self.kind, "written")
        part = bare if self.uncertain else json_schema.certain_or_uncertain_schema(self.kind)
        return json_schema.by_segment_schema(part) if self.segments else part


@dataclass(frozen=True)
class DistributionType(ValueType):
    """A distribution of a kind; the kind's word is that for its absence, where it may be absent."""

    kind: ValueKind = DURATION
    allowed_families: frozenset[str] = families.LOOP_FAMILIES

    @property
    def none(self) -> str:
        """The word for its absence; empty where it may not be absent."""
        return self.kind.words[0] if self.kind.words else ""

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The distribution in base units."""
        part, inner = part_for_segment(node, location)
        lasts = self.kind.allows(0.0)  # of a duration 0 may mean at once, or at no rate
        if self.none and (part.text == self.none or (lasts and _is_zero_rate(part))):
            return {"": Distribution("never", {})}
        if self.none and lasts and part.text is not None and re.fullmatch(ZERO, part.text.strip()):
            inner.wrong_value(part, f"`{self.none}`, or `0 days` (`0` alone may mean either)")
            return {"": PLACEHOLDER}
        return {"": read_distribution(part, self.kind, inner, self.allowed_families)}

    def schema(self) -> dict[str, Any]:
        """A written value, a distribution, by segment."""
        parts = [json_schema.quantity_schema(self.kind, self.allowed_families)]
        part = json_schema.any_of(*parts, *([json_schema.enum_schema(self.none)] if self.none else []))
        return json_schema.by_segment_schema(part) if self.segments else part


@dataclass(frozen=True)
class TenureType(DistributionType):
    """A loop duration, `never`, a rate, or `{hazard, heterogeneity_cv, shape}`."""

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The distribution; a hazard that differs between users is a Lomax distribution, one for all an exponential.

        With a `shape` these are a Burr and a Weibull distribution.
        """
        part, inner = part_for_segment(node, location)
        if not part.mapping.keys().isdisjoint(families.HAZARD_SORTS):
            if "hazard" in part.mapping:
                part = part.with_value({"heterogeneity_cv": part.with_value("0"), **part.mapping})
            return {"": read_family("lomax", part, self.kind, inner) or PLACEHOLDER}
        return super().read(part, inner)

    def schema(self) -> dict[str, Any]:
        """As a quantity, and the block with the hazard."""
        parameters = {key: json_schema.scalar_schema(kind) for key, kind in families.HAZARD_SORTS.items()}
        form = json_schema.object_schema(("hazard",), **parameters)
        return json_schema.any_of(super().schema(), json_schema.by_segment_schema(form))


@dataclass(frozen=True)
class ChoiceType(ValueType):
    """One of a few words, each with its value."""

    words: tuple[tuple[str, Value], ...] = (("true", True), ("false", False))
    same: tuple[tuple[str, str], ...] = (("yes", "true"), ("on", "true"), ("no", "false"), ("off", "false"))

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The value of the word."""
        node, location = part_for_segment(node, location) if self.segments else (node, location)
        meanings = dict(self.words)
        if node.text in meanings:
            return {"": meanings[node.text]}
        if node.text != INVALID:
            guess = same_word(node.text, meanings, dict(self.same)) if node.text else None
            location.wrong_value(node, f"one of {', '.join(meanings)}", guess)
        return {"": self.words[0][1]}

    def schema(self) -> dict[str, Any]:
        """The words."""
        part = json_schema.enum_schema(*(word for word, _ in self.words))
        return json_schema.by_segment_schema(part) if self.segments else part


@dataclass(frozen=True)
class NumberOrNeverType(NumberType):
    """A number, or the word `never`, which is 0."""

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The number; 0 for never."""
        part, inner = part_for_segment(node, location)
        return {"": 0} if part.text == "never" else super().read(part, inner)

    def schema(self) -> dict[str, Any]:
        """As a number, or the word."""
        return json_schema.any_of(super().schema(), json_schema.by_segment_schema(json_schema.enum_schema("never")))


@dataclass(frozen=True)
class NameType(ValueType):
    """A name, or nothing where `none` is the word for it; with none of the endings `without`."""

    none: str = ""
    without: tuple[str, ...] = ()

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The name; None for none."""
        node, location = part_for_segment(node, location) if self.segments else (node, location)
        text = node.text
        if text == INVALID or (self.none and text == self.none):
            return {"": None}
        if text is None or not is_name(text):
            location.wrong_value(node, NAME_ALLOWED)
        elif text.endswith(self.without):
            location.wrong_value(
                node, f"a name that does not end in {' or '.join(self.without)}, as columns of the results do"
            )
        return {"": text}

    def schema(self) -> dict[str, Any]:
        """Any name."""
        part = {"type": "string", "pattern": f"^{NAME}$"}
        return json_schema.by_segment_schema(part) if self.segments else part


@dataclass(frozen=True)
class ImitationType(ValueType):
    """A rate of imitation trials, or invites and the share of them that is taken up."""

    parts = ("rate", "acceptance")

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The rate and the acceptance (1 when only a rate is given)."""
        node, location = part_for_segment(node, location)
        parts = _read_block(node, {"invites": RATE, "acceptance": SHARE}, location)
        if parts is None:
            return {".rate": read_scalar(node, RATE, location), ".acceptance": 1.0}
        return {".rate": parts["invites"], ".acceptance": parts["acceptance"]}

    def schema(self) -> dict[str, Any]:
        """A rate or the block."""
        rate, part = json_schema.certain_or_uncertain_schema(RATE), json_schema.scalar_schema(SHARE)
        form = json_schema.object_schema(
            ("invites", "acceptance"), invites=json_schema.scalar_schema(RATE), acceptance=part
        )
        return json_schema.by_segment_schema(json_schema.any_of(rate, form))


EXPONENT = ValueKind("exponent", FACTOR.noun, FACTOR.read, FACTOR.pattern, "2", low=1.0, cap=100.0)


@dataclass(frozen=True)
class ContagionType(ValueType):
    """`simple`, or `{complex: {exponent, threshold}}`."""

    parts = ("exponent", "threshold")

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The exponent (0 when simple) and the threshold."""
        node, location = part_for_segment(node, location)
        if node.text in ("simple", INVALID):
            return {".exponent": 0.0, ".threshold": 1.0}
        if list(node.mapping) != ["complex"]:
            location.wrong_value(node, "`simple` or `{complex: {exponent: 2, threshold: 20%}}`")
            return {}
        inner = location.at("complex")
        parts = _read_block(node.mapping["complex"], {"exponent": EXPONENT, "threshold": SHARE.positive()}, inner)
        if parts is None:
            inner.wrong_value(node.mapping["complex"], "a block with exponent and threshold")
            return {}
        return {f".{name}": part for name, part in parts.items()}

    def schema(self) -> dict[str, Any]:
        """The word or the block."""
        exponent, threshold = json_schema.scalar_schema(EXPONENT), json_schema.scalar_schema(SHARE)
        inner = json_schema.object_schema(("exponent", "threshold"), exponent=exponent, threshold=threshold)
        form = json_schema.object_schema(("complex",), complex=inner)
        return json_schema.by_segment_schema(json_schema.any_of(json_schema.enum_schema("simple"), form))


@dataclass(frozen=True)
class SeasonalityType(ValueType):
    """Twelve factors, January first."""

    kind: ValueKind = FACTOR

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The factors."""
        node, location = part_for_segment(node, location)
        if node.text == INVALID:
            return {}
        if len(node.items) != 12:
            location.wrong_value(node, "a list of 12 plain numbers, January first")
            return {}
        return {"": tuple(read_scalar(item, self.kind, location.at(str(i + 1))) for i, item in enumerate(node.items))}

    def schema(self) -> dict[str, Any]:
        """The list."""
        months = {"type": "array", "items": json_schema.scalar_schema(FACTOR), "minItems": 12, "maxItems": 12}
        return json_schema.by_segment_schema(months)


@dataclass(frozen=True)
class AvailabilityType(ValueType):
    """`true`, `false`, a date, or `{at: DATE, slip: DURATION}`."""

    segments: bool = False

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The capability, with the day from which it is there."""
        if "at" not in node.mapping:
            return {"": Capability(self.day(node, location), None)}
        for key, value in node.mapping.items():
            if key not in ("at", "slip"):
                location.unknown_key(value, key, ("at", "slip"))
        at = self.day(node.mapping["at"], location.at("at"))
        slip = node.mapping.get("slip")
        return {
            "": Capability(
                at, read_distribution(slip, DURATION, location.at("slip"), families.ANY_FAMILY) if slip else None
            )
        }

    def day(self, node: Node, location: Location) -> float:
        """Days from the start: 0 for true, infinity for false."""
        words = {"true": 0.0, "false": math.inf} if not location.path.endswith(".at") else {}
        if node.text in words:
            return words[node.text]
        try:
            return float((parse_date(node.text or "") - location.context.start).days)
        except UnreadableError:
            allowed = f"true, false, {DATE_FORMS}, or `{{at: DATE, slip: DURATION}}`"
            location.wrong_value(node, allowed, same_date(node.text or "") or same_month(node.text or ""))
            return 0.0

    def schema(self) -> dict[str, Any]:
        """A word, a date, or the block."""
        slip = json_schema.quantity_schema(DURATION, families.ANY_FAMILY)
        form = json_schema.object_schema(("at",), at=DATE_SCHEMA, slip=slip)
        return json_schema.any_of(json_schema.enum_schema("true", "false"), DATE_SCHEMA, form)


@dataclass(frozen=True)
class SchemaOnlyType(ValueType):
    """A leaf that the loader reads in its own way, with the JSON Schema `schema_items`."""

    schema_items: tuple[tuple[str, Any], ...] = ()
    segments: bool = False

    def schema(self) -> dict[str, Any]:
        """The given items."""
        return dict(self.schema_items)


def _is_zero_rate(node: Node) -> bool:
    """Whether a text says that something happens at no rate."""
    try:
        return is_rate(node) and RATE.read(node.text or "", "") == 0.0
    except UnreadableError:
        return False


def _read_block(node: Node, kinds: Mapping[str, ValueKind], location: Location) -> dict[str, Scalar] | None:
    """The scalars of a block with exactly these keys; None for any other sort of value, a distribution too."""
    distribution = len(node.mapping) == 1 and not node.mapping.keys().isdisjoint({"uncertain", *families.FAMILIES})
    if not isinstance(node.value, dict) or distribution:
        return None
    for key, value in node.mapping.items():
        if key not in kinds:
            location.unknown_key(value, key, tuple(kinds))
    missing = [name for name in kinds if name not in node.mapping]
    if missing:
        location.missing_keys(node, missing)
    return {
        name: read_scalar(node.mapping[name], kind, location.at(name))
        for name, kind in kinds.items()
        if name in node.mapping
    } | dict.fromkeys(missing, math.nan)
