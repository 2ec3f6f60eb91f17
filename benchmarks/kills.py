"""A study that survives fifty kills: `kill -9` of its process or of a worker, again and again, at random times.

The same command is given again until the study is whole; its folder must then be that of an undisturbed run, byte for
byte, and no process and no temporary file may be left.

    python benchmarks/kills.py                 # some minutes
    python benchmarks/kills.py --kills 5 --replications 100
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

LONGEST = 4.0  # seconds between two kills
TIMES = ("seconds", "ended", "command")  # what two runs of one scenario do not share


class Killed(NamedTuple):
    """How often the process and its workers were killed, how often the command was given, and what was left behind."""

    parents: int
    workers: int
    commands: int
    left: list[str]


def command(folder: Path, replications: int) -> list[str]:
    """The command of the study."""
    asked = ["run", "bottom_up", "--workers", "2", "-n", str(replications), "-o", str(folder)]
    return [sys.executable, "-m", "forecast", *asked]


def group_of(leader: int) -> list[int]:
    """The processes of a session that are alive, its leader first."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == leader and state != "Z":
            found.append(int(path.parent.name))
    return sorted(found, key=lambda number: number != leader)


def killed(folder: Path, replications: int, kills: int, chance: random.Random) -> Killed:
    """Repeat the study until it is complete, and kill it so often before."""
    parents = workers = commands = 0
    left: list[str] = []
    while True:
        study = begun(folder, replications)
        commands += 1
        while study.poll() is None and parents + workers < kills:
            wait(study, chance.uniform(0.1, LONGEST))
            those = group_of(study.pid)
            victim = chance.choice(those) if those else study.pid
            if study.poll() is None:
                os.kill(victim, signal.SIGKILL)
                parents, workers = parents + (victim == study.pid), workers + (victim != study.pid)
        study.wait()
        left += [f"process {number}" for number in still_there(study.pid)]
        if study.returncode == 0:
            return Killed(parents, workers, commands, left)


def begun(folder: Path, replications: int) -> subprocess.Popen[bytes]:
    """Start the study in a new session, with a new folder for temporary files; its output is kept."""
    temporary = folder.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    with (folder.parent / "output.txt").open("ab") as said:
        return subprocess.Popen(
            command(folder, replications),
            stdout=said,
            stderr=said,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(temporary)},
        )


def wait(study: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait so long, or until the study ends."""
    try:
        study.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def still_there(leader: int) -> list[int]:
    """The processes of a session that do not end within ten seconds after it."""
    until = time.monotonic() + 10
    while (those := group_of(leader)) and time.monotonic() < until:
        time.sleep(0.05)
    return those


def unlike(folder: Path, straight: Path) -> list[str]:
    """The files that differ from those of the undisturbed run, or are there only once."""
    names = {path.name for place in (folder, straight) for path in place.iterdir()}
    return sorted(name for name in names if content_of(folder / name) != content_of(straight / name))


def content_of(path: Path) -> object:
    """What is in a file, without times; None where there is none."""
    if not path.is_file():
        return None
    data = path.read_bytes()
    if path.name != "manifest.json":
        return data
    return {key: value for key, value in json.loads(data).items() if key not in TIMES}


def main(arguments: list[str]) -> int:
    """1 if anything differs or is left."""
    parser = argparse.ArgumentParser(description="A study, killed again and again.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--replications", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        straight, folder = Path(place) / "straight", Path(place) / "killed"
        subprocess.run(command(straight, asked.replications), check=True, capture_output=True)
        began = time.monotonic()
        found = killed(folder, asked.replications, asked.kills, random.Random(asked.seed))  # noqa: S311  # no secret
        left = [path.name for path in (folder.parent / "temporary").iterdir()]
        wrong = [*unlike(folder, straight), *found.left, *left]
        kills, seconds = found.parents + found.workers, time.monotonic() - began
        print(f"{asked.replications} replications, {kills} kills in {seconds:.0f} s: {found.parents} of the process, ")
        print(f"{found.workers} of what it had begun; the command was given {found.commands} times;")
        print(", ".join(wrong) or "the same bytes as undisturbed, no process and no temporary file left")
    return 1 if wrong or kills < asked.kills else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
