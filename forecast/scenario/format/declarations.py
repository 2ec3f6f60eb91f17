"""How the format is declared: a class for each block, a key with its value type and default, and what rules read of it.

A class of keys is a block of the file and the record of its columns at once: `activation: float = value(SHARE, "100%")`
declares the key, its unit, its default, and that rules read it as a number of the record. Knows no key by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from inspect import get_annotations
from typing import Any, ClassVar, Final, TypeAlias

from forecast.scenario.text.yaml_tree import Raw
from forecast.scenario.values.value_types import ValueType

# What a column may hold: a number, a whole number (rounded half up), or the number of something that has a name.
DistributionNumber: TypeAlias = int
GateNumber: TypeAlias = int
ResourceNumber: TypeAlias = int  # -1 for none
ReasonNumber: TypeAlias = int
COLUMN_TYPES: Final = ("float", "int", "DistributionNumber", "GateNumber", "ResourceNumber", "ReasonNumber")
_REQUIRED: Final = object()


class DeclarationError(Exception):
    """A column or a reader of values names a path that no key declares."""


@dataclass(frozen=True)
class Entry:
    """What stands under a key: a block, named entries, a list of blocks, or a leaf; `default` None is no default."""

    sort: str  # block, names, list, leaf
    block: type[Block] | None
    value_type: ValueType | None
    default: Any = None
    required: bool = False
    about: str = ""  # for editors
    dated: bool = False  # a list whose entries may also stand under their dates
    dropped_by: str = ""  # of names: the word in place of a block for one of the base that is dropped

    @property
    def keys(self) -> dict[str, Entry]:
        """The entries of a block; none of anything else."""
        return self.block.keys if self.sort == "block" and self.block else {}

    @property
    def inner(self) -> Entry:
        """The entry under each name, or each item of the list."""
        return Entry("leaf" if self.value_type else "block", self.block, self.value_type)

    def declares(self, words: Sequence[str]) -> bool:
        """Whether a value stands at the path that these words lead from here; any word is a name among names."""
        if self.sort == "leaf":
            parts = self.value_type.parts if self.value_type else ()
            return list(words) in [[part] for part in parts] if parts else not words
        if not words or self.sort == "list":
            return False
        under = self.inner if self.sort == "names" else self.keys.get(words[0])
        return under is not None and under.declares(words[1:])


@dataclass(frozen=True)
class Column:
    """A number of a record: the product of the values at some paths of its block, mostly of one key's."""

    paths: tuple[str, ...]
    sort: str = "float"  # one of COLUMN_TYPES


class Block:
    """The keys of a block, in the order of the format, and the columns of its record: those with a type.

    An object holds the columns' values: arrays of all periods and segments, or the plain numbers of one of each.
    """

    keys: ClassVar[dict[str, Entry]] = {}
    columns: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the keys and columns; a column of a path that the block does not declare is an error."""
        declared, types = dict(vars(cls)), get_annotations(cls)
        cls.keys = {name: entry for name, entry in declared.items() if isinstance(entry, Entry)}
        cls.columns = {name: cls._column(name, sort, declared.get(name)) for name, sort in types.items()}

    def __init__(self, values: Iterable[Any]) -> None:
        self.__dict__.update(zip(self.columns, values, strict=True))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.__dict__.values())

    @classmethod
    def _column(cls, name: str, sort: str, item: object) -> Column:
        """The column of an annotated key, or the one that is declared with its paths."""
        found = Column(item.paths, sort) if isinstance(item, Column) else Column((name,), sort)
        whole = Entry("block", cls, None)
        undeclared = [path for path in found.paths if not whole.declares(path.split("."))]
        if undeclared or sort not in COLUMN_TYPES:
            raise DeclarationError(
                f"{cls.__name__}.{name}: {sort} of {undeclared or 'that type'}, which nobody declares"
            )
        return found


def value(value_type: ValueType, default: Raw | object = _REQUIRED, about: str = "") -> Any:
    """A key with a value; without a default it must be there, with the default None it may be missing."""
    required = default is _REQUIRED
    return Entry("leaf", None, value_type, None if required else default, required, about)


def block(inner: type[Block], default: Raw | object = _REQUIRED) -> Any:
    """A key with a block; `default` holds the keys that differ from the block's own defaults."""
    return Entry("block", inner, None, None if default is _REQUIRED else default, default is _REQUIRED)


def named(inner: type[Block] | ValueType, default: Raw | object = _REQUIRED, dropped_by: str = "") -> Any:
    """A key with names, a block or a value under each; `dropped_by` is the word for a name of the base to drop."""
    model, value_type = (None, inner) if isinstance(inner, ValueType) else (inner, None)
    required = default is _REQUIRED
    return Entry("names", model, value_type, None if required else default, required, dropped_by=dropped_by)


def block_list(inner: type[Block], *, dated: bool = False) -> Any:
    """A key with a list of blocks, which may be empty; a dated one may also be a block of dates."""
    return Entry("list", inner, None, [], dated=dated)


def column(*paths: str) -> Any:
    """A column that no key declares alone: the product of the parts of other keys' values."""
    return Column(paths)
