"""How do editors learn what may be written? JSON Schema for values and distributions; ranges are the loader's."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import BaseModel

from forecast.scenario import families, units
from forecast.scenario.units import Kind

Schema: TypeAlias = dict[str, Any]

KNOWN = "$known"  # stands for a reference until pydantic, which would look it up too early, is done
KINDS = (
    units.DURATION,
    units.RATE,
    units.SHARE,
    units.FACTOR,
    units.COUNT,
    units.MONTHS,
    units.MONEY,
    units.PRICE,
    units.MONEY_PER_MONTH,
    units.MONEY_PER_YEAR,
    units.YEARLY_MONEY,
)
PLAIN_KINDS = {"seed": "integer", "factor": "number", "count": "integer", "weight": "number"}
PLAIN_KINDS |= dict.fromkeys(("spread", "shape", "heterogeneity", "exponent"), "number")


def either(*options: Schema) -> Schema:
    """Any of the options."""
    return options[0] if len(options) == 1 else {"anyOf": list(options)}


def record(required: tuple[str, ...], **properties: Schema) -> Schema:
    """A block with these keys and no others."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def words(*allowed: str) -> Schema:
    """One of these words; `true` and `false` are not texts in YAML."""
    meanings: dict[str, object] = {"true": True, "false": False, "1": 1}
    return {"enum": [meanings.get(word, word) for word in allowed]}


def per_segment(part: Schema) -> Schema:
    """The part itself, or one for each segment."""
    parts = {"type": "object", "additionalProperties": part, "minProperties": 1}
    return either(part, record(("by_segment",), by_segment=parts))


def written(kind: Kind) -> Schema:
    """A value of the kind as it is written."""
    if kind.name in PLAIN_KINDS:
        return {"type": PLAIN_KINDS[kind.name], "examples": [float(kind.example)]}
    text = {"type": "string", "pattern": rf"^\s*(?:{kind.pattern})\s*$", "description": kind.allowed}
    return either(text, {"const": 0})


def reference(kind: Kind, sort: str) -> Schema:
    """What stands in the definitions for the kind: written, uncertain, loop or any."""
    return written(kind) if kind.name not in {known.name for known in KINDS} else {KNOWN: f"{kind.name}_{sort}"}


def certain_or_not(kind: Kind) -> Schema:
    """A scalar without `by_segment`."""
    known = kind if kind.name in {known.name for known in KINDS} else units.FACTOR
    return either(reference(kind, "written"), record(("uncertain",), uncertain=reference(known, "any")))


def scalar(kind: Kind) -> Schema:
    """A scalar, uncertain or by segment."""
    known = kind if kind.name in {known.name for known in KINDS} else units.FACTOR
    return reference(known, "scalar")


def quantity(kind: Kind, allowed: frozenset[str]) -> Schema:
    """A distribution, or a scalar."""
    return either(certain_or_not(kind), reference(kind, "loop" if allowed is families.LOOP else "any"))


def distributions(kind: Kind, allowed: frozenset[str]) -> Schema:
    """Each family that may be written for the kind."""
    forms = [distribution(name, kind) for name in sorted(allowed & families.families_of(kind))]
    return either(*forms)


def distribution(name: str, kind: Kind) -> Schema:
    """One family with its parameters."""
    weights = {"type": "object", "additionalProperties": scalar(families.WEIGHT), "minProperties": 1}
    if name == "discrete":
        return record((name,), discrete=weights)
    if name == "empirical":
        return record((name,), empirical={"type": "string", "pattern": "^.+:[^:]+$", "description": "file.csv:column"})
    family = families.FAMILIES[name]
    parameters = {key: scalar(kind) for key, kind in family.kinds(kind).items()}
    return record((name,), **{name: either(*(with_form(parameters, form) for form in family.forms))})


def with_form(parameters: dict[str, Schema], form: tuple[str, ...]) -> Schema:
    """The block of the parameters with those of the form needed."""
    return record(form, **parameters)


def definitions() -> dict[str, Schema]:
    """The definitions that `reference` points to."""
    found: dict[str, Schema] = {}
    for kind in KINDS:
        found[f"{kind.name}_written"] = written(kind)
        found[f"{kind.name}_scalar"] = per_segment(certain_or_not(kind))
        found[f"{kind.name}_loop"] = distributions(kind, families.LOOP)
        found[f"{kind.name}_any"] = either(reference(kind, "written"), distributions(kind, families.ANY))
    return found


def linked(part: Schema) -> Schema:
    """The schema with its references in place, and without what only Python knows."""
    whole = {
        key: linked_item(item) for key, item in part.items() if key != KNOWN and not (key == "default" and item is None)
    }
    return {**whole, "$ref": f"#/$defs/{part[KNOWN]}"} if KNOWN in part else whole


def linked_item(item: object) -> object:
    """An item of a schema with its references in place."""
    if isinstance(item, list):
        return [linked_item(part) for part in item]
    return linked(item) if isinstance(item, dict) else item


def described(model: type[BaseModel]) -> Schema:
    """The JSON Schema of a file: nothing is needed in a file that extends another, else clock and market."""
    schema = model.model_json_schema(by_alias=True)
    for part in [schema, *schema["$defs"].values()]:
        part.pop("required", None)
    schema["$defs"] |= definitions()
    schema["anyOf"] = [{"required": ["extends"]}, {"required": ["clock", "market"]}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **linked(schema)}
