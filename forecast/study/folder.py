"""Folders of runs and comparisons: may one be written here, is one here, and is it complete.

Only files that a run wrote are ever deleted.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from forecast.errors import InputError, Problem, quoted
from forecast.files import flush, is_temporary, remove_orphans, remove_temporaries, sha256_of, write_text
from forecast.receiving_tools import is_device, name_code
from forecast.study.document_forms import check_document, parse_document
from forecast.study.documents import LISTED_FILE_NAME, MANIFEST_FORMS
from forecast.user_paths import check_new_folder
from forecast.versions import software_versions

MANIFEST = "manifest.json"
CHECKPOINT_FOLDER, CHECKPOINT_FILE = "unfinished", "work.json"  # forecast.study.checkpoint
KIND, SCHEMA = "forecast run", 3  # 2: what opportunities.parquet says of gates and requirements; 3: the bridge by parts
TABLE_FILES = ("monthly.parquet", "accounts.parquet", "opportunities.parquet", "resources.parquet")
# What is made from a run, beside it, when somebody asks.
FINANCE_FOLDER, EVENTS_FOLDER, REPORT_FILE = "finance", "events", "report.html"
FIT_FILE = "fit.json"
LARGEST_MANIFEST = 50_000_000


class FolderKind(NamedTuple):
    """A kind of folder: its name and schema in the manifest, a label, what it is, and how to write one again.

    `needs` are the files that every folder of the kind has, whatever its manifest lists.
    """

    name: str
    schema: int
    label: str
    description: str
    remedy: str
    needs: tuple[str, ...]


RUN = FolderKind(
    KIND,
    SCHEMA,
    "a run",
    "the folder of a run, written by `forecast run`",
    "run the scenario again",
    (*TABLE_FILES, "scenario.yaml", "summary.json"),
)
COMPARISON = FolderKind(
    "forecast comparison",
    1,
    "a comparison",
    "the folder of a comparison, written by `forecast compare`",
    "compare the scenarios again",
    ("comparison.json", "headlines.parquet"),
)
FIT = FolderKind(
    "forecast fit",
    1,
    "a fit",
    "the folder of a fit, written by `forecast fit`",
    "fit the data again",
    ("scenario.yaml", "draws.parquet", "accounts.csv", FIT_FILE),
)
BACKTEST = FolderKind(
    "forecast backtest",
    1,
    "a backtest",
    "the folder of a backtest, written by `forecast backtest`",
    "try the forecasts again",
    ("scores.parquet", "backtest.json"),
)
KINDS = {kind.name: kind for kind in (RUN, COMPARISON, FIT, BACKTEST)}


def default_folder(name: str) -> Path:
    """`runs/` and the scenario's name in small letters, in the current folder; see `folder_name`.

    "Plan A!" must not replace the run of "Plan A?": where another scenario's run is there already, the name's code.
    """
    folder = Path("runs") / folder_name(name, "run")
    manifest = read_manifest(folder)
    if manifest is None or manifest.get("scenario") == name:
        return folder
    return folder.with_name(name_code(name, "-", "run"))


def folder_name(name: str, fallback: str) -> str:
    """A folder's name of small letters, digits and dashes; of its own for a name that is not ASCII."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    if name.isascii() and not is_device(slug):
        return slug or fallback
    return name_code(name, "-", fallback)


def folder_error(folder: Path, found: str, allowed: str) -> InputError:
    """Make the error that a folder is not what is needed."""
    return InputError([Problem(str(folder), None, None, found, allowed)])


def check_target(folder: Path, kind: FolderKind = RUN) -> None:
    """Raise InputError unless a run may be written there: a new or empty folder, or one with a run."""
    allowed = f"a new or empty folder, or one with {kind.label}, which is then replaced"
    if any("\ud800" <= letter <= "\udfff" for letter in str(folder.absolute())):
        raise folder_error(folder, "a name that is not valid UTF-8", "a name in UTF-8, for tables to be written there")
    if not os.path.lexists(folder):
        check_new_folder(folder)
        return
    if not folder.exists():
        raise folder_error(folder, "a broken link", allowed)
    if not folder.is_dir():
        raise folder_error(folder, "a file", allowed)
    if read_manifest(folder, kind) is None and not all(map(_is_leftover, folder.iterdir())):
        raise folder_error(folder, "a folder with other files in it", allowed)
    check_new_folder(folder)
    work = folder / CHECKPOINT_FOLDER
    if work.is_symlink() or (work.exists() and not _is_leftover(work)):  # what is in it will be deleted
        raise folder_error(folder, f"a folder whose {quoted(CHECKPOINT_FOLDER)} is not a run's", allowed)


def _is_leftover(path: Path) -> bool:
    """Whether it is what an unfinished run leaves."""
    return is_temporary(path) or (
        path.name == CHECKPOINT_FOLDER and path.is_dir() and all(map(_is_checkpoint_file, path.iterdir()))
    )


def _is_checkpoint_file(path: Path) -> bool:
    """Whether it belongs in the folder of unfinished work; a link leads out of it."""
    ours = path.name in {CHECKPOINT_FILE, "lock", "new"} or path.suffix in (".batch", ".parquet") or is_temporary(path)
    return ours and not path.is_symlink()


def read_manifest(folder: Path, kind: FolderKind = RUN) -> dict[str, Any] | None:
    """The manifest of a run, complete or not; None where there is none."""
    manifest = _read_any_manifest(folder)
    return manifest if manifest is not None and manifest.get("kind") == kind.name else None


def _read_any_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of whatever this package wrote there; None where there is none."""
    return _read_document(folder / MANIFEST)


def read_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The description of unfinished work there; None where there is none."""
    work = _read_document(folder / CHECKPOINT_FOLDER / CHECKPOINT_FILE)
    scenarios = work.get("scenarios") if work else None
    legible = isinstance(scenarios, list) and all(
        isinstance(each, dict) and all(isinstance(each.get(key), str) for key in ("sha256", "resolved"))
        for each in scenarios
    )
    return work if legible else None


def _read_document(path: Path) -> dict[str, Any] | None:
    """Read a document that this package wrote; None where there is none."""
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            return None
        document = parse_document(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except PermissionError:
        raise folder_error(path, "no permission to read it", "a file that you may read") from None
    return document if isinstance(document, dict) and document.get("kind") in [*KINDS] else None


def read_complete_manifest(folder: Path, kind: FolderKind = RUN) -> dict[str, Any]:
    """The manifest of a complete run of this version's schema; raises InputError when the folder is anything else."""
    if not folder.is_dir():
        raise folder_error(folder, "a file" if folder.exists() else "no such folder", kind.description)
    manifest, work = _read_any_manifest(folder), read_checkpoint(folder)
    if work is not None and (manifest is None or manifest.get("complete") is not True):
        again = f"the same command resumes it: `{work['command']}`" if work.get("command") else kind.remedy
        raise folder_error(folder, f"{KINDS[work['kind']].label} that did not end", f"a complete one: {again}")
    if manifest is None:
        raise folder_error(folder, f"no {MANIFEST} of {kind.label}", kind.description)
    if manifest["kind"] != kind.name:
        raise folder_error(folder, KINDS[manifest["kind"]].label, kind.description)
    if manifest.get("schema") != kind.schema:
        found = f"{kind.label} of schema {quoted(str(manifest.get('schema')))}"
        raise folder_error(folder, found, f"schema {kind.schema}: {kind.remedy} with this version")
    if manifest.get("complete") is not True:
        raise folder_error(folder, f"{kind.label} that did not end", f"a complete one: {kind.remedy}")
    check_document(manifest, MANIFEST_FORMS[kind.name], folder / MANIFEST, kind.remedy)
    missing = [name for name in (*kind.needs, *manifest["files"]) if not (folder / name).is_file()]
    if missing:
        raise folder_error(
            folder, f"{kind.label} without its file {quoted(missing[0])}", f"a complete one: {kind.remedy}"
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
    """Make the folder, with a manifest that says it is not complete; the earlier manifest there, if any."""
    check_target(folder, kind)
    earlier = read_manifest(folder, kind) or {}
    folder.mkdir(parents=True, exist_ok=True)
    remove_temporaries(folder, (MANIFEST, CHECKPOINT_FOLDER))
    remove_orphans(folder, (FINANCE_FOLDER, EVENTS_FOLDER))
    unfinished = {**(earlier or {"kind": kind.name, "schema": kind.schema}), "complete": False}
    write_text(folder / MANIFEST, json_text(unfinished))
    return earlier


def _listed_files(folder: Path, manifest: dict[str, Any]) -> list[Path]:
    """The files below the folder that a manifest names; it may come from anybody, and name anything else."""
    named, inside = manifest.get("files"), folder.resolve()
    paths = [folder / name for name in named if LISTED_FILE_NAME.fullmatch(name)] if isinstance(named, dict) else []
    return [path for path in paths if path.is_file() and path.parent.resolve().is_relative_to(inside)]


def _set_aside(folder: Path, listed: Collection[str]) -> None:
    """Rename what was made from the earlier run, lest it be taken for the new one's; somebody may have edited it.

    What the manifest lists is part of it, and is replaced.
    """
    for path in (folder / FINANCE_FOLDER, folder / EVENTS_FOLDER, folder / REPORT_FILE):
        if path.name not in listed and (path.exists() or path.is_symlink()):
            asides = (folder / f"{path.stem}-earlier-{number}{path.suffix}" for number in count(1))
            path.rename(next(aside for aside in asides if not (aside.exists() or aside.is_symlink())))


def publish_files(prepared: Path, folder: Path, kind: FolderKind) -> None:
    """Publish what was prepared as a folder of a kind whose manifest lists its files and the versions alone."""
    manifest = {"kind": kind.name, "schema": kind.schema, "complete": True, "files": file_hashes(prepared)}
    publish(prepared, folder, manifest | {"versions": software_versions()})


def read_fit_document(folder: Path) -> dict[str, Any]:
    """What fit.json says; raises InputError where the folder is no complete fit."""
    read_complete_manifest(folder, FIT)
    document: dict[str, Any] = json.loads((folder / FIT_FILE).read_text(encoding="utf-8"))
    return document


def publish(prepared: Path, folder: Path, manifest: dict[str, Any]) -> None:
    """Publish what was prepared as the run (or comparison) in `folder`, in place of an earlier one there.

    While files are exchanged the manifest says that the run is not complete; files that no run wrote stay.
    """
    earlier = mark_incomplete(folder, KINDS[manifest["kind"]])
    if earlier.get("files") != manifest["files"]:
        _set_aside(folder, {path.name for path in _listed_files(folder, earlier)})
    for path in _listed_files(folder, earlier):
        if path.relative_to(folder).as_posix() not in manifest["files"]:
            path.unlink(missing_ok=True)
    for name in manifest["files"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (prepared / name).replace(folder / name)
    flush(folder)
    write_text(folder / MANIFEST, json_text(manifest))
