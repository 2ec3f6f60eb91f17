"""Paths as users write them: a `~` is their home folder, and where nothing can be written is said before any work."""

from __future__ import annotations

import os
from pathlib import Path

from forecast.errors import InputError, Problem, quoted


def user_path(text: str | Path, folder: Path = Path()) -> Path:
    """The path that a text stands for, seen from a folder: `~/x` in the user's home folder, `~ada/x` in Ada's.

    It never begins with `~`, so it may be taken for a text again: `./~/x`, the way to a folder of that name, becomes
    absolute. A file that exists and whose name begins with `~` is taken as it is, unless a user has that name. Raises
    InputError for an unknown user.
    """
    path = folder / text
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


def check_new_folder(path: Path) -> None:
    """Raise InputError where no folder can be made or written to at the path."""
    there = next((each for each in (path, *path.absolute().parents) if os.path.exists(each)), path)  # noqa: PTH110
    if not there.is_dir():
        found = "a file" if there == path else f"the file {quoted(str(there))} on the way"
        raise InputError([Problem(str(path), None, None, found, "a folder, new or not")])
    _check_writable(path, there)


def check_new_file(path: Path) -> None:
    """Raise InputError where no file can be written at the path, in a folder that is there."""
    if path.is_dir():
        raise InputError([Problem(str(path), None, None, "a folder", "the name of a file")])
    if not path.parent.is_dir():
        found = f"no folder {quoted(str(path.parent))}"
        raise InputError([Problem(str(path), None, None, found, "a file in a folder that exists")])
    _check_writable(path, path.parent)


def _check_writable(path: Path, folder: Path) -> None:
    """Raise InputError where the folder may not be written to."""
    if not os.access(folder, os.W_OK | os.X_OK):
        found = f"no permission to write into {quoted(str(folder))}"
        raise InputError([Problem(str(path), None, None, found, "a place where you may write")])
