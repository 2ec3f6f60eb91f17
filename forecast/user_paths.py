"""Paths as users write them: a `~` in front is their home folder. Knows no format and no command."""

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
