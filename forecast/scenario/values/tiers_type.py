"""The value type of volume tiers: from so many seats, a discount. Knows no path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from forecast.scenario.records import Scalar, Value
from forecast.scenario.text.location import Location
from forecast.scenario.text.yaml_tree import INVALID, Node
from forecast.scenario.values import json_schema
from forecast.scenario.values.readers import part_for_segment, read_scalar
from forecast.scenario.values.units import COUNT, SHARE
from forecast.scenario.values.value_types import ValueType

MOST_TIERS = 100
_SEATS = replace(COUNT, low=1, example="100")
_KEYS = ("from_seats", "discount")
_ALLOWED = "a list such as `[{from_seats: 100, discount: 10%}]`"


@dataclass(frozen=True)
class TiersType(ValueType):
    """A list of `{from_seats, discount}` in ascending order of the seats; read as one row of numbers, pair by pair."""

    def read(self, node: Node, location: Location) -> dict[str, Value]:
        """The seats and the discount of each tier, one after the other."""
        node, location = part_for_segment(node, location)
        if not isinstance(node.value, list):
            if node.text != INVALID:
                location.wrong_value(node, _ALLOWED)
            return {"": ()}
        if len(node.items) > MOST_TIERS:
            location.over_limit(node, f"{len(node.items)} tiers", str(MOST_TIERS))
            return {"": ()}
        tiers = [_tier(item, location.at(str(number))) for number, item in enumerate(node.items, 1)]
        if any(not before[0] < after[0] for before, after in pairwise(tiers) if before and after):  # type: ignore[operator]
            location.wrong_value(node, "tiers in ascending order of `from_seats`, each from more seats than the last")
        return {"": tuple(number for tier in tiers for number in tier)}

    def schema(self) -> dict[str, Any]:
        """The list."""
        seats, share = json_schema.kind_reference(_SEATS, "written"), json_schema.scalar_schema(SHARE)
        tier = json_schema.object_schema(_KEYS, from_seats=seats, discount=share)
        return json_schema.by_segment_schema({"type": "array", "items": tier, "maxItems": MOST_TIERS})


def _tier(node: Node, location: Location) -> tuple[Scalar, ...]:
    """The seats and the discount of a tier; nothing after a problem of its keys."""
    if not isinstance(node.value, dict):
        location.wrong_value(node, "a block with `from_seats` and `discount`")
        return ()
    for key, part in node.mapping.items():
        if key not in _KEYS:
            location.unknown_key(part, key, _KEYS)
    missing = [key for key in _KEYS if key not in node.mapping]
    if missing:
        location.missing_keys(node, missing)
        return ()
    seats = read_scalar(node.mapping["from_seats"], _SEATS, location.at("from_seats"), "a certain number of seats")
    return seats, read_scalar(node.mapping["discount"], SHARE, location.at("discount"))
