"""What of a run is on the disk before it is complete: its finished batches, and what they are of, so it can resume.

All of it lies in one folder inside the run's own, `unfinished`, which is gone when the run is complete:
`work.json` says what is simulated and by which version, `*.batch` are finished, `new` is what is prepared from them,
`lock` is held by the process at work.
"""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from forecast.analysis.scenario_diff import diff_resolved
from forecast.errors import Interrupted, RunError, quoted
from forecast.files import is_temporary, lock, temporary_path, write_text
from forecast.model.parameters import Parameters
from forecast.montecarlo import BatchStore, batch_size
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
    "pyarrow": "version of pyarrow",
    "seed": "seed",
    "engine": "engine",
    "batch": "batch size",
}


@dataclass(frozen=True)
class Checkpoint:
    """A run in progress: what is simulated, the folder that is to have it, and what of it is on the disk.

    Two commands share their batches only when all that `document` says is the same.
    """

    folder: Path
    kind: FolderKind
    scenarios: tuple[Scenario, ...]  # none where a comparison is of finished runs alone
    engine: str
    command: Sequence[str]
    began: float = field(default_factory=time.monotonic)

    @cached_property
    def store(self) -> BatchStore:
        """The finished batches."""
        return BatchStore(self.folder / CHECKPOINT_FOLDER)

    @property
    def prepared(self) -> Path:
        """Where the files of the run are prepared."""
        return self.store.folder / "new"

    @property
    def replications(self) -> int:
        """How many of each scenario."""
        return self.scenarios[0].replications if self.scenarios else 0

    @cached_property
    def batch_size(self) -> int:
        """The replications of a batch: about a second of work on the largest scenario."""
        parameters = [Parameters(scenario) for scenario in self.scenarios]
        accounts = max((len(each.account_segment) for each in parameters), default=1)
        return batch_size(accounts, parameters[0].months if parameters else 1, self.engine)

    def seconds(self) -> float:
        """The time since the beginning."""
        return round(time.monotonic() - self.began, 3)

    def document(self) -> dict[str, Any]:
        """What work.json says."""
        return {
            "kind": self.kind.name,
            "command": shlex.join(self.command),
            "replications": self.replications,
            "version": version_of(),
            "sources": package_hash(),
            "pyarrow": version_of("pyarrow"),  # it encoded the rows that are finished
            "seed": self.scenarios[0].seed if self.scenarios else None,
            "engine": self.engine,
            "batch": self.batch_size,
            "scenarios": [
                {"sha256": each.replication_sha256, "resolved": each.resolved, "files": sorted(each.files)}
                for each in self.scenarios
            ],
        }

    def resume_message(self) -> str | None:
        """How far it was, in a sentence; None when it starts."""
        count = self.replications_done()
        return f"Resuming: {count} of {self.replications} replications done." if count else None

    def replications_done(self) -> int:
        """How many of the replications are in the store, of all scenarios."""
        return min(self.store.replications() // max(1, len(self.scenarios)), self.replications)

    def kept_message(self) -> str:
        """What is kept, and how to go on."""
        if not self.store.batches:
            return "nothing was written"
        again = f": {shlex.join(self.command)}" if self.command else ""
        count = f"{self.replications_done()} of {self.replications} replications"
        return f"{count} are kept in {self.folder}, and the same command resumes from them{again}"


@contextmanager
def open_checkpoint(checkpoint: Checkpoint, *, force: bool) -> Iterator[None]:
    """A block that makes a run in its folder; what is finished stays there when it fails, else nothing but the run.

    Raises InputError when other work lies there unfinished, unless it is to be forced, or a process is at work there.
    """
    _refuse_other_work(checkpoint, force=force)
    folder, inside = checkpoint.folder, checkpoint.store.folder
    new = not folder.exists()
    with _reporting_kept_work(checkpoint):
        inside.mkdir(parents=True, exist_ok=True)
        with lock(inside / "lock") as mine:
            if not mine:
                raise folder_error(
                    folder, "a folder in which a process is at work", "to wait for its end, or another folder with -o"
                )
            whole = False
            try:
                _prepare_checkpoint(checkpoint, force=force)
                yield
                whole = True
            finally:
                shutil.rmtree(checkpoint.prepared, ignore_errors=True)
                if not whole:  # a signal may have come after a batch had its name, and before the store knew of it
                    checkpoint.store.scan()
                if whole or not checkpoint.store.batches:
                    _discard(folder, new=new and not whole)


def _prepare_checkpoint(checkpoint: Checkpoint, *, force: bool) -> None:
    """Write what is simulated, and find what is finished of it; with force nothing is."""
    _clean(checkpoint.store.folder, all_of_it=force)
    checkpoint.store.scan()
    write_text(checkpoint.store.folder / CHECKPOINT_FILE, json_text(checkpoint.document()))
    checkpoint.prepared.mkdir()


@contextmanager
def _reporting_kept_work(checkpoint: Checkpoint) -> Iterator[None]:
    """A block whose failures say what is kept."""
    try:
        yield
    except Interrupted as error:
        raise Interrupted(f"{error}: {checkpoint.kept_message()}") from error
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted: {checkpoint.kept_message()}", getattr(error, "exit_status", 130)) from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        where = f"{error.filename}: " if error.filename else ""
        raise RunError(f"{where}{reason}; {checkpoint.kept_message()}") from error
    except RunError as error:
        raise RunError(f"{error}; {checkpoint.kept_message()}" if checkpoint.store.batches else str(error)) from error
    except MemoryError as error:
        raise RunError(
            f"there is not enough memory: try fewer --workers, or fewer accounts; {checkpoint.kept_message()}"
        ) from error


def _clean(inside: Path, *, all_of_it: bool) -> None:
    """Delete what a killed process left half done, with all of it also what was finished."""
    for path in inside.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif is_temporary(path) or (all_of_it and path.name != "lock"):
            path.unlink()


def _discard(folder: Path, *, new: bool) -> None:
    """Remove the unfinished work atomically, then its files, and a new folder that is empty."""
    gone = temporary_path(folder / CHECKPOINT_FOLDER)
    with suppress(FileNotFoundError):
        (folder / CHECKPOINT_FOLDER).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    if new:
        with suppress(OSError):
            folder.rmdir()


def _refuse_other_work(checkpoint: Checkpoint, *, force: bool) -> None:
    """Raise InputError when what lies unfinished in the folder is not this work, with what differs."""
    folder = checkpoint.folder
    if force or not any((folder / CHECKPOINT_FOLDER).glob("*.batch")):
        return
    there, here = read_checkpoint(folder), checkpoint.document()
    if there is None:
        raise folder_error(
            folder, f"unfinished work whose {CHECKPOINT_FILE} cannot be read", "--force, which discards it"
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
    again = f" (`{there['command']}` resumes it)" if there.get("command") else ""
    return f"{first}{again}, another folder with -o, or --force, which discards it"


def _describe_differences(there: Sequence[dict[str, Any]], here: Sequence[dict[str, Any]]) -> str:
    """In what the scenarios differ."""
    if len(there) != len(here):
        return f": {len(there)} scenarios, not {len(here)}"
    pairs = zip(there, here, strict=True)
    try:
        changes = [each for pair in pairs for each in diff_resolved(*(one["resolved"] for one in pair))]
    except (YAMLError, AttributeError):  # not what this package wrote
        return ": it cannot be read"
    listed = [
        f"{each.path} is {quoted(each.base)}, not {quoted(each.here)}" for each in changes[:MAX_DIFFERENCES_LISTED]
    ]
    more = f", and {len(changes) - MAX_DIFFERENCES_LISTED} more" if len(changes) > MAX_DIFFERENCES_LISTED else ""
    return f": {', '.join(listed)}{more}" if listed else ": the accounts file is another"
