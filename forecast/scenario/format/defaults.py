"""Which keys does a block take, and what stands under each? Reads the models of schema.py; knows no file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from forecast.scenario.text.location import NAME_ALLOWED, Location, is_name
from forecast.scenario.text.yaml_tree import Node, Raw, node_from
from forecast.scenario.values.value_types import ValueType

MISSING = "a {}: it must be there"


@dataclass(frozen=True)
class Entry:
    """What stands under a key: a block, named entries, a list of blocks, or a leaf; `default` None is no default."""

    sort: str  # block, names, list, leaf
    model: type[BaseModel] | None
    value_type: ValueType | None
    default: Any = None
    required: bool = False

    @property
    def keys(self) -> dict[str, Entry]:
        """The entries of a block; none of anything else."""
        return block_entries(self.model) if self.sort == "block" and self.model else {}

    @property
    def inner(self) -> Entry:
        """The entry under each name, or each item of the list."""
        return Entry("leaf" if self.value_type else "block", self.model, self.value_type)


def _value_type_in(metadata: tuple[Any, ...] | list[Any]) -> ValueType | None:
    """The leaf among a field's annotations."""
    return next((item for item in metadata if isinstance(item, ValueType)), None)


def _field_entry(field: FieldInfo) -> Entry:
    """The entry that a model's field describes."""
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        default = default.model_dump(exclude_unset=True)
    annotation = field.annotation
    sort = {dict: "names", list: "list"}.get(get_origin(annotation) or Any, "block")  # type: ignore[arg-type]
    if sort != "block":
        annotation = get_args(annotation)[-1]
    leaf = _value_type_in(field.metadata) or _value_type_in(getattr(annotation, "__metadata__", ()))
    model = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    return Entry("leaf" if leaf and sort == "block" else sort, model, leaf, default, field.is_required())


@cache
def block_entries(model: type[BaseModel]) -> dict[str, Entry]:
    """The entries of a block by key, in the order of the format."""
    return {field.alias or name: _field_entry(field) for name, field in model.model_fields.items()}


def with_defaults(node: Node, entry: Entry, place: Location) -> Node:
    """The tree with all defaults, in the order of the format; complains about keys that are unknown or missing."""
    if entry.sort == "leaf":
        return node
    if entry.sort == "list":
        return node.with_value(
            [with_defaults(item, entry.inner, place.at(str(i + 1))) for i, item in enumerate(_list_items(node, place))]
        )
    if not isinstance(node.value, dict):
        place.wrong(
            node, "a block of keys and values" if entry.sort == "block" else "a block of names and what they stand for"
        )
        return node.with_value({})
    if entry.sort == "names":
        return node.with_value(
            {name: with_defaults(part, entry.inner, place.at(name)) for name, part in _named_entries(node, place)}
        )
    return _block_with_defaults(node, entry.keys, place)


def _list_items(node: Node, place: Location) -> list[Node]:
    """The items of a list."""
    if not isinstance(node.value, list):
        place.wrong(node, "a list of blocks, such as `[{..}]`")
    return node.items


def _named_entries(node: Node, place: Location) -> Iterator[tuple[str, Node]]:
    """The entries whose key is a name."""
    for name, part in node.mapping.items():
        if is_name(name):
            yield name, part
        else:
            place.wrong(part, NAME_ALLOWED, found=f"the name `{name}`" if name.isprintable() else "a name")


def _block_with_defaults(node: Node, known: dict[str, Entry], place: Location) -> Node:
    """The block with its defaults."""

    for key, part in node.mapping.items():
        if key not in known:
            place.unknown(part, key, tuple(known), "the keys")
    full: dict[str, Node] = {}
    for key, entry in known.items():
        if key in node.mapping:
            full[key] = with_defaults(node.mapping[key], entry, place.at(key))
        elif entry.required:
            place.at(key).wrong(node, MISSING.format("value" if entry.sort == "leaf" else "block"), found="nothing")
        elif entry.default is not None:
            full[key] = with_defaults(_default_node(entry.default, node), entry, place.at(key))
    return node.with_value(full)


def _default_node(raw: Raw, node: Node) -> Node:
    """The default as a node, at the place of the block that it is missing in."""
    return node_from(raw, node.source, node.line)


def leaves(node: Node, entry: Entry, path: str = "") -> Iterator[tuple[str, ValueType, Node]]:
    """Every leaf of a completed tree with its path."""
    if entry.sort == "leaf":
        yield path, entry.value_type or ValueType(), node
        return
    parts: dict[str, Node] = node.mapping or {str(i + 1): item for i, item in enumerate(node.items)}
    for key, part in parts.items():
        under = entry.keys[key] if entry.sort == "block" else entry.inner
        yield from leaves(part, under, f"{path}.{key}" if path else key)
