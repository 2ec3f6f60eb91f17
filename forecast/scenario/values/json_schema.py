"""JSON Schema of values and distributions, for editors. Ranges are checked by the loader alone."""

from __future__ import annotations

from typing import Any, TypeAlias

from forecast.scenario.text.yaml_tree import DRAWN_WORD
from forecast.scenario.values import families, units
from forecast.scenario.values.units import ValueKind

Schema: TypeAlias = dict[str, Any]

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
    units.UNIT_PRICE,
    units.GROWTH,
)
PLAIN_KINDS = {"seed": "integer", "factor": "number", "count": "integer", "weight": "number"}
PLAIN_KINDS |= dict.fromkeys(("spread", "shape", "heterogeneity", "exponent"), "number")


def any_of(*options: Schema) -> Schema:
    """Any of the options."""
    return options[0] if len(options) == 1 else {"anyOf": list(options)}


def object_schema(required: tuple[str, ...], **properties: Schema) -> Schema:
    """A block with these keys and no others."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def enum_schema(*allowed: str) -> Schema:
    """One of these words; `true` and `false` are not texts in YAML."""
    meanings: dict[str, object] = {"true": True, "false": False, "1": 1}
    return {"enum": [meanings.get(word, word) for word in allowed]}


def by_segment_schema(part: Schema) -> Schema:
    """The part itself, or one for each segment."""
    parts = {"type": "object", "additionalProperties": part, "minProperties": 1}
    return any_of(part, object_schema(("by_segment",), by_segment=parts))


def _written_schema(kind: ValueKind) -> Schema:
    """A value of the kind as it is written."""
    if kind.name in PLAIN_KINDS:
        return {"type": PLAIN_KINDS[kind.name], "examples": [float(kind.example)]}
    text = {"type": "string", "pattern": rf"^\s*(?:{kind.pattern})\s*$", "description": kind.allowed}
    return any_of(text, {"const": 0})


def kind_reference(kind: ValueKind, sort: str) -> Schema:
    """What stands in the definitions for the kind: written, uncertain, loop or any."""
    return (
        _written_schema(kind)
        if kind.name not in {known.name for known in KINDS}
        else {"$ref": f"#/$defs/{kind.name}_{sort}"}
    )


def certain_or_uncertain_schema(kind: ValueKind) -> Schema:
    """A scalar without `by_segment`."""
    known = kind if kind.name in {known.name for known in KINDS} else units.FACTOR
    uncertain = object_schema(("uncertain",), uncertain=kind_reference(known, "any"))
    return any_of(kind_reference(kind, "written"), uncertain, enum_schema(DRAWN_WORD))


def scalar_schema(kind: ValueKind) -> Schema:
    """A scalar, uncertain or by segment."""
    known = kind if kind.name in {known.name for known in KINDS} else units.FACTOR
    return kind_reference(known, "scalar")


def quantity_schema(kind: ValueKind, allowed: frozenset[str]) -> Schema:
    """A distribution, or a scalar."""
    rate = [certain_or_uncertain_schema(units.RATE)] if kind.name == units.DURATION.name else []
    family = kind_reference(kind, "loop" if allowed is families.LOOP_FAMILIES else "any")
    return any_of(certain_or_uncertain_schema(kind), family, *rate)


def _family_schemas(kind: ValueKind, allowed: frozenset[str]) -> Schema:
    """Each family that may be written for the kind."""
    forms = [_distribution_schema(name, kind) for name in sorted(allowed & families.families_for(kind))]
    return any_of(*forms)


def _distribution_schema(name: str, kind: ValueKind) -> Schema:
    """One family with its parameters."""
    weights = {"type": "object", "additionalProperties": scalar_schema(families.WEIGHT), "minProperties": 1}
    if name == "discrete":
        return object_schema((name,), discrete=weights)
    if name == "empirical":
        return object_schema(
            (name,), empirical={"type": "string", "pattern": "^.+:[^:]+$", "description": "file.csv:column"}
        )
    family = families.FAMILIES[name]
    parameters = {key: scalar_schema(kind) for key, kind in family.kinds(kind).items()}
    return object_schema((name,), **{name: any_of(*(_form_schema(parameters, form) for form in family.forms))})


def _form_schema(parameters: dict[str, Schema], form: tuple[str, ...]) -> Schema:
    """The block of the parameters with those of the form needed."""
    return object_schema(form, **parameters)


def definitions() -> dict[str, Schema]:
    """The definitions that `kind_reference` points to."""
    found: dict[str, Schema] = {}
    for kind in KINDS:
        found[f"{kind.name}_written"] = _written_schema(kind)
        found[f"{kind.name}_scalar"] = by_segment_schema(certain_or_uncertain_schema(kind))
        found[f"{kind.name}_loop"] = _family_schemas(kind, families.LOOP_FAMILIES)
        found[f"{kind.name}_any"] = any_of(kind_reference(kind, "written"), _family_schemas(kind, families.ANY_FAMILY))
    return found
