"""Where does a run go, and is what lies there a run?  Nothing is deleted that a run did not write."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from forecast.errors import InputError, Problem, quoted
from forecast.files import flush, is_temporary, remove_temporaries, sha256_of, write_text

MANIFEST = "manifest.json"
CHECKPOINT_FOLDER, CHECKPOINT_FILE = "unfinished", "work.json"  # forecast.study.checkpoint
KIND, SCHEMA = "forecast run", 2  # 2: what opportunities.parquet says of gates and requirements
TABLE_FILES = ("monthly.parquet", "accounts.parquet", "opportunities.parquet", "resources.parquet")
LISTED_FILE_NAME = re.compile(
    r"(?:[a-z0-9][a-z0-9_.-]{0,99}/){0,3}[a-z0-9][a-z0-9_.-]{0,99}"
)  # what files of a run are called
LARGEST_MANIFEST = 50_000_000


class FolderKind(NamedTuple):
    """A sort of folder: what its manifest says, what to call it, and what writes it."""

    name: str
    schema: int
    called: str
    written: str
    again: str


RUN = FolderKind(KIND, SCHEMA, "a run", "the folder of a run, written by `forecast run`", "run the scenario again")
COMPARISON = FolderKind(
    "forecast comparison",
    1,
    "a comparison",
    "the folder of a comparison, written by `forecast compare`",
    "compare the scenarios again",
)
KINDS = {kind.name: kind for kind in (RUN, COMPARISON)}


def default_folder(name: str) -> Path:
    """`runs/` and the scenario's name in small letters, in the current folder."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return Path("runs") / (slug or "run")


def folder_error(folder: Path, found: str, allowed: str) -> InputError:
    """The error that a folder is not what is needed."""
    return InputError([Problem(str(folder), None, None, found, allowed)])


def check_target(folder: Path, kind: FolderKind = RUN) -> None:
    """Nothing; raises InputError unless a run may be written there: nothing, an empty folder, or a run."""
    allowed = f"a new or empty folder, or one with {kind.called}, which is then replaced"
    if any("\ud800" <= letter <= "\udfff" for letter in str(folder.absolute())):
        raise folder_error(folder, "a name that is no text in UTF-8", "a name that is, for tables to be written there")
    if folder.is_symlink() and not folder.exists():
        raise folder_error(folder, "a link that leads nowhere", allowed)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise folder_error(folder, "a file", allowed)
    if read_manifest(folder, kind) is None and not all(map(_is_leftover, folder.iterdir())):
        raise folder_error(folder, "a folder with other files in it", allowed)
    work = folder / CHECKPOINT_FOLDER
    if work.is_symlink() or (work.exists() and not _is_leftover(work)):  # what is in it will be deleted
        raise folder_error(folder, f"a folder whose {quoted(CHECKPOINT_FOLDER)} is not a run's", allowed)


def _is_leftover(path: Path) -> bool:
    """Whether it is what a run leaves that did not end."""
    return is_temporary(path) or (
        path.name == CHECKPOINT_FOLDER and path.is_dir() and all(map(_is_checkpoint_file, path.iterdir()))
    )


def _is_checkpoint_file(path: Path) -> bool:
    """Whether it has its place in the folder of unfinished work; a link leads out of it."""
    ours = path.name in {CHECKPOINT_FILE, "lock", "new"} or path.suffix == ".batch" or is_temporary(path)
    return ours and not path.is_symlink()


def read_manifest(folder: Path, kind: FolderKind = RUN) -> dict[str, Any] | None:
    """The manifest of a run, complete or not; None where there is none."""
    manifest = _read_any_manifest(folder)
    return manifest if manifest is not None and manifest.get("kind") == kind.name else None


def _read_any_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of whatever this package wrote there; None where there is none."""
    return _read_document(folder / MANIFEST)


def read_checkpoint(folder: Path) -> dict[str, Any] | None:
    """What is being made there, or was when it ended too early; None where there is nothing of that sort."""
    work = _read_document(folder / CHECKPOINT_FOLDER / CHECKPOINT_FILE)
    scenarios = work.get("scenarios") if work else None
    legible = isinstance(scenarios, list) and all(
        isinstance(each, dict) and all(isinstance(each.get(key), str) for key in ("sha256", "resolved"))
        for each in scenarios
    )
    return work if legible else None


def _read_document(path: Path) -> dict[str, Any] | None:
    """What a file of this package says of a folder; None where there is no such file."""
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            return None
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and document.get("kind") in [*KINDS] else None


def read_complete_manifest(folder: Path, kind: FolderKind = RUN) -> dict[str, Any]:
    """The manifest of a complete run of this version's schema; raises InputError when the folder is anything else."""
    if not folder.is_dir():
        raise folder_error(folder, "a file" if folder.exists() else "no such folder", kind.written)
    manifest, work = _read_any_manifest(folder), read_checkpoint(folder)
    if work is not None and (manifest is None or manifest.get("complete") is not True):
        again = f"the same command goes on: `{work['command']}`" if work.get("command") else kind.again
        raise folder_error(folder, f"{KINDS[work['kind']].called} that did not end", f"a complete one: {again}")
    if manifest is None:
        raise folder_error(folder, f"no {MANIFEST} of {kind.called}", kind.written)
    if manifest["kind"] != kind.name:
        raise folder_error(folder, KINDS[manifest["kind"]].called, kind.written)
    if manifest.get("schema") != kind.schema:
        found = f"{kind.called} of schema {quoted(str(manifest.get('schema')))}"
        raise folder_error(folder, found, f"schema {kind.schema}: {kind.again} with this version")
    if manifest.get("complete") is not True:
        raise folder_error(folder, f"{kind.called} that did not end", f"a complete one: {kind.again}")
    files = manifest.get("files")
    names = [*files] if isinstance(files, dict) else [*TABLE_FILES]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise folder_error(
            folder, f"{kind.called} without its file {quoted(missing[0])}", f"a complete one: {kind.again}"
        )
    return manifest


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def json_text(document: dict[str, Any]) -> str:
    """The document as it is written: readable, and without NaN; bytes of a path that are no UTF-8 as JSON's escapes."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()


def mark_incomplete(folder: Path, kind: FolderKind) -> dict[str, Any]:
    """The earlier manifest there, if any; the folder is there, and its manifest says that it is not complete."""
    check_target(folder, kind)
    earlier = read_manifest(folder, kind) or {}
    folder.mkdir(parents=True, exist_ok=True)
    remove_temporaries(folder, (MANIFEST, CHECKPOINT_FOLDER))
    unfinished = {**(earlier or {"kind": kind.name, "schema": kind.schema}), "complete": False}
    write_text(folder / MANIFEST, json_text(unfinished))
    return earlier


def _listed_files(folder: Path, manifest: dict[str, Any]) -> list[Path]:
    """The files below the folder that a manifest names; it may come from anybody, and name anything else."""
    named, inside = manifest.get("files"), folder.resolve()
    paths = [folder / name for name in named if LISTED_FILE_NAME.fullmatch(name)] if isinstance(named, dict) else []
    return [path for path in paths if path.is_file() and path.parent.resolve().is_relative_to(inside)]


def publish(prepared: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Nothing; what was prepared is the run (or comparison) in `folder`, and an earlier one there is gone.

    While files are exchanged the manifest says that the run is not complete; files that no run wrote stay.
    """
    earlier = mark_incomplete(folder, KINDS[manifest["kind"]])
    for path in _listed_files(folder, earlier):
        if path.relative_to(folder).as_posix() not in manifest["files"]:
            path.unlink(missing_ok=True)
    for name in manifest["files"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (prepared / name).replace(folder / name)
    flush(folder)
    write_text(folder / MANIFEST, json_text(manifest))
