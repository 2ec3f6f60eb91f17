"""What of a run is on the disk before it is whole?  Its finished batches, and what they are of, so that it can go on.

All of it lies in one folder inside the run's own, `unfinished`, which is gone when the run is complete:
`work.json` says what is simulated and by which version, `*.batch` are finished, `new` is what is prepared from them,
`lock` is held by the process at work.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from forecast.analysis.scenario_diff import diff_resolved
from forecast.errors import Interrupted, RunError, quoted
from forecast.files import is_temporary, lock, temporary_path, write_text
from forecast.montecarlo import BatchStore
from forecast.scenario import Scenario
from forecast.study.folder import (
    CHECKPOINT_FILE,
    CHECKPOINT_FOLDER,
    FolderKind,
    folder_error,
    json_text,
    read_checkpoint,
)
from forecast.versions import package_hash, version_of

MAX_DIFFERENCES_LISTED = 3  # differences between scenarios
MUST_MATCH = {
    "kind": "command",
    "version": "version",
    "sources": "state of the program",
    "seed": "seed",
    "engine": "engine",
    "batch": "batch size",
}


@dataclass(frozen=True)
class RunSpec:
    """What is simulated: all that two commands must share to share their batches, and the command.

    No scenarios where a comparison is of finished runs alone.
    """

    kind: FolderKind
    scenarios: tuple[Scenario, ...]
    engine: str
    batch: int  # replications
    command: Sequence[str]

    @property
    def replications(self) -> int:
        """How many of each scenario."""
        return self.scenarios[0].replications if self.scenarios else 0

    def document(self) -> dict[str, Any]:
        """What is written of it."""
        return {
            "kind": self.kind.name,
            "command": shlex.join(self.command),
            "replications": self.replications,
            "version": version_of(),
            "sources": package_hash(),
            "seed": self.scenarios[0].seed if self.scenarios else None,
            "engine": self.engine,
            "batch": self.batch,
            "scenarios": [
                {"sha256": each.replication_sha256, "resolved": each.resolved, "files": sorted(each.files)}
                for each in self.scenarios
            ],
        }


@dataclass(frozen=True)
class Checkpoint:
    """A run's folder while it is at work."""

    folder: Path
    work: RunSpec
    store: BatchStore

    @property
    def prepared(self) -> Path:
        """Where the files of the run are prepared."""
        return self.store.folder / "new"

    def resume_message(self) -> str | None:
        """How far it was, in a sentence; None when it starts."""
        count = self.replications_done()
        return f"Going on: {count} of {self.work.replications} replications were finished before." if count else None

    def replications_done(self) -> int:
        """How many of the replications that are asked for are in the store, of all scenarios."""
        return min(self.store.replications() // max(1, len(self.work.scenarios)), self.work.replications)

    def kept_message(self) -> str:
        """What is kept, and how to go on."""
        if not self.store.batches:
            return "nothing was written"
        again = f": {shlex.join(self.work.command)}" if self.work.command else ""
        count = f"{self.replications_done()} of {self.work.replications} replications"
        return f"{count} are kept in {self.folder}, and the same command goes on with them{again}"


@contextmanager
def open_checkpoint(folder: Path, work: RunSpec, *, force: bool) -> Iterator[Checkpoint]:
    """A block that makes a run in its folder; what is finished stays there when it fails, else nothing but the run.

    Raises InputError when other work lies there unfinished, unless it is to be forced, or a process is at work there.
    """
    _refuse_other_spec(folder, work, force=force)
    new, inside = not folder.exists(), folder / CHECKPOINT_FOLDER
    place = Checkpoint(folder, work, BatchStore(inside))
    with _reporting_kept_work(place):
        inside.mkdir(parents=True, exist_ok=True)
        with lock(inside / "lock") as mine:
            if not mine:
                raise folder_error(folder, "a process at work in it", "its end, or another folder with -o")
            whole = False
            try:
                _prepare_checkpoint(place, force=force)
                yield place
                whole = True
            finally:
                shutil.rmtree(place.prepared, ignore_errors=True)
                if whole or not place.store.batches:
                    _discard(folder, new=new and not whole)


def _prepare_checkpoint(place: Checkpoint, *, force: bool) -> None:
    """Nothing; the folder says what the work is, and has what is finished of it, with force nothing."""
    _clean(place.store.folder, all_of_it=force)
    place.store.scan()
    write_text(place.store.folder / CHECKPOINT_FILE, json_text(place.work.document()))
    place.prepared.mkdir()


@contextmanager
def _reporting_kept_work(place: Checkpoint) -> Iterator[None]:
    """A block whose failures say what is kept."""
    try:
        yield
    except Interrupted as error:
        raise Interrupted(f"{error}: {place.kept_message()}") from error
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted: {place.kept_message()}", getattr(error, "exit_status", 130)) from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        where = f"{error.filename}: " if error.filename else ""
        raise RunError(f"{where}{reason}; {place.kept_message()}") from error
    except RunError as error:
        raise RunError(f"{error}; {place.kept_message()}" if place.store.batches else str(error)) from error
    except MemoryError as error:
        raise RunError(
            f"there is not enough memory: try fewer --workers, or fewer accounts; {place.kept_message()}"
        ) from error


def _clean(inside: Path, *, all_of_it: bool) -> None:
    """Nothing; what a killed process left half done is gone, with all of it also what was finished."""
    for path in inside.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif is_temporary(path) or (all_of_it and path.name != "lock"):
            path.unlink()


def _discard(folder: Path, *, new: bool) -> None:
    """Nothing; the unfinished work is gone at one blow, then its files, and a new folder that is empty."""
    gone = temporary_path(folder / CHECKPOINT_FOLDER)
    with suppress(FileNotFoundError):
        (folder / CHECKPOINT_FOLDER).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    if new:
        with suppress(OSError):
            folder.rmdir()


def _refuse_other_spec(folder: Path, work: RunSpec, *, force: bool) -> None:
    """Nothing; raises InputError when what lies unfinished in the folder is not this work, with what differs."""
    if force or not any((folder / CHECKPOINT_FOLDER).glob("*.batch")):
        return
    there, here = read_checkpoint(folder), work.document()
    if there is None:
        raise folder_error(
            folder, f"unfinished work whose {CHECKPOINT_FILE} cannot be read", "--force, which starts anew"
        )
    for name, called in MUST_MATCH.items():
        if there.get(name) != here[name]:
            found = f"unfinished work of another {called}, {quoted(str(there.get(name)))}"
            raise folder_error(folder, found, _ways_out(f"the same, not {quoted(str(here[name]))}", there))
    if [each["sha256"] for each in there["scenarios"]] != [each["sha256"] for each in here["scenarios"]]:
        found = f"unfinished work of another scenario{_describe_differences(there['scenarios'], here['scenarios'])}"
        raise folder_error(folder, found, _ways_out("the same scenario", there))


def _ways_out(first: str, there: dict[str, Any]) -> str:
    """What can be done instead."""
    again = f" (`{there['command']}` goes on with it)" if there.get("command") else ""
    return f"{first}{again}, another folder with -o, or --force, which starts anew"


def _describe_differences(there: Sequence[dict[str, Any]], here: Sequence[dict[str, Any]]) -> str:
    """In what the scenarios differ."""
    if len(there) != len(here):
        return f": {len(there)} scenarios, not {len(here)}"
    pairs = zip(there, here, strict=True)
    try:
        changes = [each for pair in pairs for each in diff_resolved(*(one["resolved"] for one in pair))]
    except (YAMLError, AttributeError):  # somebody wrote something else there
        return ": it cannot be read"
    told = [f"{each.path} is {quoted(each.base)}, not {quoted(each.here)}" for each in changes[:MAX_DIFFERENCES_LISTED]]
    more = f", and {len(changes) - MAX_DIFFERENCES_LISTED} more" if len(changes) > MAX_DIFFERENCES_LISTED else ""
    return f": {', '.join(told)}{more}" if told else ": the accounts file is another"
