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

from forecast.errors import Interrupted, RunError, quoted
from forecast.files import beside, is_temporary, lock, write_text
from forecast.montecarlo import Store
from forecast.results.differences import between
from forecast.results.folder import UNFINISHED, WORK, Kind, json_text, refuse, work_in
from forecast.scenario import Scenario
from forecast.versions import sources, version_of

MOST_TOLD = 3  # differences between scenarios
SHARED = {
    "kind": "command",
    "version": "version",
    "sources": "state of the program",
    "seed": "seed",
    "engine": "engine",
    "batch": "batch size",
}


@dataclass(frozen=True)
class Work:
    """What is simulated: all that two commands must share to share their batches, and the command.

    No scenarios where a comparison is of finished runs alone.
    """

    kind: Kind
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
            "sources": sources(),
            "seed": self.scenarios[0].seed if self.scenarios else None,
            "engine": self.engine,
            "batch": self.batch,
            "scenarios": [
                {"sha256": each.replication_sha256, "resolved": each.resolved, "files": sorted(each.files)}
                for each in self.scenarios
            ],
        }


@dataclass(frozen=True)
class Workplace:
    """A run's folder while it is at work."""

    folder: Path
    work: Work
    store: Store

    @property
    def prepared(self) -> Path:
        """Where the files of the run are prepared."""
        return self.store.folder / "new"

    def before(self) -> str | None:
        """How far it was, in a sentence; None when it starts."""
        count = self.finished()
        return f"Going on: {count} of {self.work.replications} replications were finished before." if count else None

    def finished(self) -> int:
        """How many of the replications that are asked for are in the store, of all scenarios."""
        return min(self.store.replications() // max(1, len(self.work.scenarios)), self.work.replications)

    def kept(self) -> str:
        """What is kept, and how to go on."""
        if not self.store.batches:
            return "nothing was written"
        again = f": {shlex.join(self.work.command)}" if self.work.command else ""
        count = f"{self.finished()} of {self.work.replications} replications"
        return f"{count} are kept in {self.folder}, and the same command goes on with them{again}"


@contextmanager
def at_work(folder: Path, work: Work, *, force: bool) -> Iterator[Workplace]:
    """A block that makes a run in its folder; what is finished stays there when it fails, else nothing but the run.

    Raises InputError when other work lies there unfinished, unless it is to be forced, or a process is at work there.
    """
    refuse_other_work(folder, work, force=force)
    new, inside = not folder.exists(), folder / UNFINISHED
    place = Workplace(folder, work, Store(inside))
    with told(place):
        inside.mkdir(parents=True, exist_ok=True)
        with lock(inside / "lock") as mine:
            if not mine:
                raise refuse(folder, "a process at work in it", "its end, or another folder with -o")
            whole = False
            try:
                prepare(place, force=force)
                yield place
                whole = True
            finally:
                shutil.rmtree(place.prepared, ignore_errors=True)
                if whole or not place.store.batches:
                    leave(folder, new=new and not whole)


def prepare(place: Workplace, *, force: bool) -> None:
    """Nothing; the folder says what the work is, and has what is finished of it, with force nothing."""
    swept(place.store.folder, all_of_it=force)
    place.store.look()
    write_text(place.store.folder / WORK, json_text(place.work.document()))
    place.prepared.mkdir()


@contextmanager
def told(place: Workplace) -> Iterator[None]:
    """A block whose failures say what is kept."""
    try:
        yield
    except Interrupted as error:
        raise Interrupted(f"{error}: {place.kept()}") from error
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted: {place.kept()}", getattr(error, "exit_status", 130)) from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        where = f"{error.filename}: " if error.filename else ""
        raise RunError(f"{where}{reason}; {place.kept()}") from error
    except RunError as error:
        raise RunError(f"{error}; {place.kept()}" if place.store.batches else str(error)) from error
    except MemoryError as error:
        raise RunError(f"there is not enough memory: try fewer --workers, or fewer accounts; {place.kept()}") from error


def swept(inside: Path, *, all_of_it: bool) -> None:
    """Nothing; what a killed process left half done is gone, with all of it also what was finished."""
    for path in inside.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif is_temporary(path) or (all_of_it and path.name != "lock"):
            path.unlink()


def leave(folder: Path, *, new: bool) -> None:
    """Nothing; the unfinished work is gone at one blow, then its files, and a new folder that is empty."""
    gone = beside(folder / UNFINISHED)
    with suppress(FileNotFoundError):
        (folder / UNFINISHED).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    if new:
        with suppress(OSError):
            folder.rmdir()


def refuse_other_work(folder: Path, work: Work, *, force: bool) -> None:
    """Nothing; raises InputError when what lies unfinished in the folder is not this work, with what differs."""
    if force or not any((folder / UNFINISHED).glob("*.batch")):
        return
    there, here = work_in(folder), work.document()
    if there is None:
        raise refuse(folder, f"unfinished work whose {WORK} cannot be read", "--force, which starts anew")
    for name, called in SHARED.items():
        if there.get(name) != here[name]:
            found = f"unfinished work of another {called}, {quoted(str(there.get(name)))}"
            raise refuse(folder, found, ways(f"the same, not {quoted(str(here[name]))}", there))
    if [each["sha256"] for each in there["scenarios"]] != [each["sha256"] for each in here["scenarios"]]:
        found = f"unfinished work of another scenario{difference(there['scenarios'], here['scenarios'])}"
        raise refuse(folder, found, ways("the same scenario", there))


def ways(first: str, there: dict[str, Any]) -> str:
    """What can be done instead."""
    again = f" (`{there['command']}` goes on with it)" if there.get("command") else ""
    return f"{first}{again}, another folder with -o, or --force, which starts anew"


def difference(there: Sequence[dict[str, Any]], here: Sequence[dict[str, Any]]) -> str:
    """In what the scenarios differ."""
    if len(there) != len(here):
        return f": {len(there)} scenarios, not {len(here)}"
    pairs = zip(there, here, strict=True)
    try:
        changes = [each for pair in pairs for each in between(*(one["resolved"] for one in pair))]
    except (YAMLError, AttributeError):  # somebody wrote something else there
        return ": it cannot be read"
    told = [f"{each.path} is {quoted(each.base)}, not {quoted(each.here)}" for each in changes[:MOST_TOLD]]
    more = f", and {len(changes) - MOST_TOLD} more" if len(changes) > MOST_TOLD else ""
    return f": {', '.join(told)}{more}" if told else ": the accounts file is another"
