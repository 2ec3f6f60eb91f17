"""Paths as users write them: a `~` is their home folder, and where nothing can be written is said before any work."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from forecast.errors import InputError, Problem, ProblemKind, quoted
from forecast.files import temporary_path

_VARIABLE = re.compile(r"\$(?:\w+|\{\w+\})|%\w+%", re.ASCII)  # of a shell of Unix, of Windows


def user_path(text: str | Path, folder: Path = Path()) -> Path:
    """The path that a text stands for, seen from a folder: `~/x` in the user's home folder, `~ada/x` in Ada's.

    It never begins with `~`, so it may be taken for a text again: `./~/x`, the way to a folder of that name, becomes
    absolute. A file that exists and whose name begins with `~` is taken as it is, unless a user has that name. Raises
    InputError for an unknown user, and for a variable that no shell has replaced: `$HOME/x` is no folder of that name.
    """
    path = folder / text
    _check_variable(str(text), folder)
    if not str(text).startswith("~"):
        return path.absolute() if str(path).startswith("~") else path
    try:
        return Path(text).expanduser()
    except (RuntimeError, ValueError):
        if os.path.exists(path):  # noqa: PTH110  # that of pathlib fails for a name that is too long
            return path.absolute()
    user = Path(text).parts[0]
    allowed = f"`~/`, a user of this machine, or `./{user}` for a file or folder that has this name"
    raise InputError([Problem(str(text), None, None, f"no home folder for {quoted(user)}", allowed)])


def _check_variable(text: str, folder: Path) -> None:
    """Raise InputError where the path begins with a variable of a shell, and there is no such file or folder."""
    variable = _VARIABLE.match(text)
    if variable and not os.path.exists(folder / Path(text).parts[0]):  # noqa: PTH110  # as above
        allowed = f"a path as it is, such as `~/x`, or `./{variable[0]}` for a file or folder that has this name"
        raise InputError([Problem(text, None, None, f"the variable {quoted(variable[0])}", allowed)])


def check_new_folder(path: Path) -> None:
    """Raise InputError where no folder can be made or written to at the path."""
    missing: list[Path] = []
    there = path
    while not os.path.exists(there) and there.parent != there:  # noqa: PTH110  # that of pathlib fails for a long name
        missing.insert(0, there)
        there = there.absolute().parent
    if not there.is_dir():
        found = "a file" if there == path else f"the file {quoted(str(there))} on the way"
        raise InputError([Problem(str(path), None, None, found, "a folder, new or not")])
    _check_by_making(path, there, missing or [temporary_path(path / "new")])


def check_unwritten(path: Path, *, force: bool, another: str = "another name") -> None:
    """Raise InputError where a file exists that may not be replaced, or none can be written."""
    if path.exists() and not (force and path.is_file()):
        allowed = f"give {another}, or --force to replace a file"
        raise InputError([Problem(str(path), None, None, "", allowed, kind=ProblemKind.EXISTS)])
    check_new_file(path)


def check_new_file(path: Path) -> None:
    """Raise InputError where no file can be written at the path, in a folder that is there."""
    if path.is_dir():
        raise InputError([Problem(str(path), None, None, "a folder", "the name of a file")])
    if not path.parent.is_dir():
        found = f"no folder {quoted(str(path.parent))}"
        raise InputError([Problem(str(path), None, None, found, "a file in a folder that exists")])
    _check_by_making(path, path.parent, [temporary_path(path)])


def _check_by_making(path: Path, there: Path, missing: Sequence[Path]) -> None:
    """Raise InputError unless the missing folders can be made, outermost first; they are gone again afterwards.

    Only the system knows: root has every permission, and still there are read-only disks and `/proc`.
    """
    made: list[Path] = []
    try:
        for folder in missing:
            folder.mkdir()
            made.append(folder)
    except FileExistsError:  # somebody else was faster
        pass
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        found = f"nothing can be written into {quoted(str(there))}: {why.lower()}"
        raise InputError([Problem(str(path), None, None, found, "a place where you may write")]) from None
    finally:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
