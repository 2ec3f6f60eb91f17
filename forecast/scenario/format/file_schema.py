"""JSON Schema of a whole scenario file, from the declarations of its blocks. Knows no key by name."""

from __future__ import annotations

from forecast.scenario.format.declarations import Block, Entry
from forecast.scenario.values.json_schema import Schema, any_of, definitions, enum_schema


def scenario_file_schema(model: type[Block], title: str) -> Schema:
    """The JSON Schema of a file: nothing is needed in a file that extends another, else clock and market."""
    blocks = {_title(each): each for each in _blocks_within(model)}
    found = {name: _sorted(_block_schema(each, name)) for name, each in sorted(blocks.items())}
    whole = {"$defs": found | definitions(), **_sorted(_block_schema(model, title))}
    needed = [{"required": ["extends"]}, {"required": ["clock", "market"]}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "anyOf": needed}


def _blocks_within(model: type[Block]) -> list[type[Block]]:
    """All blocks below a block."""
    found = []
    for entry in model.keys.values():
        if entry.block:
            found += [entry.block, *_blocks_within(entry.block)]
    return found


def _title(model: type[Block]) -> str:
    """The name of a block's definition."""
    return model.__name__.removesuffix("Block").removesuffix("Rules") + "Block"


def _block_schema(model: type[Block], title: str) -> Schema:
    """A block with its keys and no others."""
    properties = {key: _entry_schema(key, entry) for key, entry in model.keys.items()}
    about = {"description": model.__doc__, "title": title}
    entries: Schema = {rf"^{key}\.": {} for key, entry in model.keys.items() if entry.dated}
    more = {"patternProperties": entries} if entries else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **more, **about}


def _entry_schema(key: str, entry: Entry) -> Schema:
    """What may stand under a key, with its default."""
    what = _value_schema(entry)
    if entry.sort == "names":
        what = any_of(what, *([enum_schema(entry.dropped_by)] if entry.dropped_by else []))
        what = {"type": "object", "additionalProperties": what}
    elif entry.sort == "list":
        what = {"type": "array", "items": what}
        if entry.dated:  # values by path below each date, or `none`
            what = {"anyOf": [what, {"type": "object", "additionalProperties": {"type": ["object", "string", "null"]}}]}
    if entry.sort != "block":
        what["title"] = key.replace("_", " ").title()
    if entry.about:
        what["description"] = entry.about
    default = _full_default(entry)
    return what if default is None else {**what, "default": default}


def _value_schema(entry: Entry) -> Schema:
    """A value, or a reference to a block's definition."""
    if entry.block:
        return {"$ref": f"#/$defs/{_title(entry.block)}"}
    return entry.value_type.schema() if entry.value_type else {}


def _full_default(entry: Entry) -> object:
    """The default as it is written in full; None where there is none or where it is not the block's own."""
    if entry.sort != "block" or entry.default is None:
        return entry.default
    return None if entry.default else {key: _full_default(part) for key, part in entry.keys.items()}


def _sorted(part: object, under: str = "") -> Schema:
    """The schema with its keywords in alphabetical order; keys of blocks stay in the order of the format."""
    if isinstance(part, list):
        return [_sorted(item) for item in part]  # type: ignore[return-value]
    if not isinstance(part, dict):
        return part  # type: ignore[return-value]
    names = part if under in {"properties", "default"} else sorted(part)
    return {name: _sorted(part[name], name) for name in names}
