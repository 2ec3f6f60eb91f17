"""Numba as it may be one day, without names that it does not promise; for a process that has not imported forecast."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

_TAKEN: dict[tuple[str, str], Any] = {}  # what stood in a module under a name


def take_away(path: str) -> None:
    """Replace a class of Numba, in its module, by one that lacks the attribute at the end of `path`.

    The class taken away first is kept for `give_back`.
    """
    module_name, class_name, attribute = path.rsplit(".", 2)
    import_module("numba")
    module = import_module(module_name)
    owner = getattr(module, class_name)
    _TAKEN.setdefault((module_name, class_name), owner)
    members: dict[str, Any] = {name: inspect.getattr_static(owner, name) for name in dir(owner)}
    if members.pop(attribute, None) is None or attribute == "__init__":
        members["__init__"] = lambda self: None  # sets no attribute, and takes other parameters
    for name in ("__dict__", "__weakref__", "__class__", "__slots__"):
        members.pop(name, None)
    setattr(module, class_name, type(class_name, (), members))


def give_back() -> None:
    """Put the classes back, once `numba_names` has looked: Numba itself looks some of them up when it compiles."""
    for (module_name, class_name), owner in _TAKEN.items():
        setattr(import_module(module_name), class_name, owner)
