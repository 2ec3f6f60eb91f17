"""What becomes of a broken file?  Cases by their number, each always the same, and what reading them comes to."""

from __future__ import annotations

import re
import resource
import signal
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from mutations import bytes_changed, lines_changed, setting_changed, tree_changed
from numba.core.compiler_lock import global_compiler_lock

from forecast.analysis.plausibility import known_flags
from forecast.engines import engine
from forecast.errors import ForecastError, InputError, InputWarning, Problem
from forecast.model.parameters import Parameters
from forecast.scenario import Distribution, Scenario, Uncertain, load, shipped

LONGEST = 5.0  # seconds of the processor for a case: how busy the machine is does not matter
LONGEST_PLAYED = 5.0  # the same for a simulation, which may be as large as the scenario wants: that is no defect
WHILE_COMPILING = 0.2  # the same until it is tried again to stop what compiles
MOST_MEMORY = 1 << 30  # bytes
EVERY = 2  # of the scenarios taken, one in so many is read again from its resolved text, and simulated
MOST_ACCOUNTS = 2  # of a segment, when it is simulated
LONGEST_SENTENCE = 5_000
PLAYED, GIVEN_UP = "simulated", "simulation given up"
FINE = frozenset({"taken", "refused", PLAYED, GIVEN_UP})

TESTS = Path(__file__).parents[1] / "tests" / "scenario"
BLOCKWISE = ("whole.yaml", "additions.yaml")  # files that have every block, each cut to some of its blocks
BLOCK = re.compile(rb"^(?=\w)", re.MULTILINE)
KEPT = re.compile(rb"(clock|currency|market|vendor):")  # what other blocks cannot do without
EXTENDS = re.compile(rb"^extends: (\w+)\.yaml$", re.MULTILINE)  # a shipped file beside, which is known by name anywhere
MARKET = b"""
schema: 1
name: with an accounts file
clock: {start: 2026-01-01, horizon: 12 months}
market:
  accounts_file: accounts.csv
  segments: {smb: {accounts: 3, eligible_users: 9, team_size: 3}, enterprise: {accounts: 0, eligible_users: 90}}
adoption: {organic: 1% per month, imitation: 0.3 per month}
plans: {team: {rate: 6% per month, price: 30 USD}}
usage: {units: {paid: 400}}
procurement: {stages: {review: {duration: 30 days}, sign: {after: [review], duration: 9 days}}}
renewal: {base: 90%}
pricing: {paid: 20 USD, enterprise: 30 USD}
"""
ACCOUNTS = b"""\
account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end,opportunity_stage,months_of_use,in_trial,stage_entered,banned_since,cooling_until,champion_left,frailty_shape,frailty_rate,usage_intensity,team_users,teams
Acme,smb,20,4,3,2,,,,,1:4;7:6,2:1;9:1,,,,,2.5,1.5,0.8,3,2
"Beta, Inc.",enterprise,900,1,2,3,500,12.50,2026-06-30,,14.5,6,,,,yes,,,,,
Idle,smb,7,,,,,,,,,,,,,,,,,,
Buyer,smb,8,1,,,,,,review,1,,2025-11-30,,,,,,,,
Signer,enterprise,80,1,,,,,,sign,3,,,,,,0.7,1,,,
Seated,smb,30,0,0,0,25,39 USD,2028-12-31,,0,,,,,no,,,2,,
Banned,smb,30,,,9,,,,,,,,2025-10-03,,,,,,,
Quiet,smb,30,2,,9,,,,,,,,,2026-03-01,,,,,,
"""
DRAWS = b"""\
adoption.organic,trial.to_paid.by_segment.smb,churn.free.hazard,pricing.usage.price,market.level.sd
1% per month,8%,9% per month,0.02,12%
0.012,0.09,0.05,0.03,0.1
2% per month,10%,4% per month,0.02,9%
"""
OVERLAY = b"""
extends: base.yaml
name: our company
clock: {start: 2027-02-01}
currency: USD
fx: 1.09 USD per EUR
market:
  accounts_file: accounts.csv
  date_format: day/month/year
  segments:
    startup: {like: smb, accounts: 3}
    scaleup: {like: mid_market}
    smb: none
    mid_market: none
adoption: {organic: {by_segment: {startup: 2% per month, other: 1% per month}}}
churn: {paid: {by_segment: {other: 5% per month}}, seated: 1% per month}
vendor: {capabilities: {soc2: month 9, sso: {at: month 3, slip: 2 months}}}
timeline:
  - at: month 4
    set: {pricing.paid: 25 USD, outbound.rate: {by_segment: {startup: 1 per year, other: 2 per year}}}
events:
  fair: {at: month 5, for: 2 months, multiply: {adoption.organic: 1.4, pricing.paid: 0.9}, cost: 5000 USD}
"""
OVERLAY_ACCOUNTS = b"""\
account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end,opportunity_stage,months_of_use
Acme,startup,20,4,3,2,,,,,1
"Beta, Inc.",enterprise,900,1,2,3,500,12.50,30/06/2027,,14.5
Buyer,scaleup,8,1,,,,,,evaluation,1
"""
SETTINGS = """
market.segments.smb=none
market.segments.startup={like: smb}
market.segments.startup={like: smb, accounts: 3}
market.segments.startup.like=enterprise
market.segments.mid_market.accounts=5
clock.start=2026-07-01
clock.horizon=12 months
currency=USD
fx=1.09 USD per EUR
market.date_format=day/month/year
market.accounts_file=accounts.csv
adoption.organic={by_segment: {smb: 2% per month, other: 1% per month}}
adoption.organic.by_segment.smb=2% per month
adoption.organic.smb=2% per month
trial.activation.uncertain.beta.mean=40%
churn.paid=5% per month
churn.paid.weibull.shape=2
pricing.paid=25 EUR
pricing.enterprise.enterprise=25 EUR
timeline=[]
timeline.2027-01-01=none
timeline.2027-01-01.pricing.paid=30 EUR
timeline.2027-01-01.pricing.paid=none
timeline.month 9.pricing.paid=30 EUR
timeline.month 9={pricing.paid: 30 EUR, trial.to_paid: 9%}
timeline.2027-07-01.vendor.capabilities.sso=false
timeline.2026-07-01.trial.activation.uncertain.uniform.low=50%
timeline.2027-03-01.procurement.stages.budget.gate=none
procurement.seasonality=[1, 1, 1, 1, 1, 1, 0.7, 0.5, 1, 1, 1, 1.6]
renewal.seasonality=[0, 1]
pricing.tiers=[{from_seats: 100, discount: 10%}]
events=[]
events=[{at: month 5, for: 14 days, multiply: {trial.activation: 90%}}]
events.fair={at: month 5, cost: 5000 EUR}
events.fair.multiply.adoption.organic=2
vendor.capabilities.soc2=month 9
vendor.capabilities.soc2.slip=3 months
vendor.resources.account_executive.hires=[{at: month 5, add: 1, ramp: 5 months}]
vendor.resources.account_executive.ramp_touch=150%
procurement.stages.budget.gate=month
procurement.requirements.soc2.needed={by_segment: {other: 20%}}
market.level={sd: 12%, persistence: 1.0, now: 1.18}
market.level.now=80%
market.segments.smb.team_size={lognormal: {median: 7, p90: 14}}
market.segments.smb.team_size=1
market.segments.smb.enters={uniform: {low: 0 days, high: 36 months}}
market.segments.enterprise.enters=6 months
adoption.across_teams={by_segment: {smb: 15%, other: 5%}}
plans.team={rate: 6% per month, min_users: 3, price: 30 EUR}
plans.team.min_users=5
churn.team={hazard: 4% per month, heterogeneity_cv: 1.0, shape: 1.4}
churn.free.shape=1.4
awareness.team_bills=1% per month
usage={units: {free: 40, paid: 400, team: 500, seated: 600}, intensity_cv: 0.8, growth: 1% per month}
usage.units.paid=300
pricing.usage={price: 0.02 EUR, included: {free: 50, paid: 300, team: 400, seated: 500}}
pricing.usage.included.paid=100
costs.usage=0.006 EUR
costs.team_user=3 EUR per month
pricing.response={paid: {reference: 20 EUR, elasticity: 0.8}, enterprise: {reference: 39 EUR, elasticity: 0.5}}
pricing.response.paid.elasticity=1.5
procurement.pace={sd: 15%, persistence: 0.8}
procurement.stages.evaluation.price_sensitive=true
draws={file: draws.csv}
timeline.2026-07-01.plans.team.price=25 EUR
events.fair.multiply.plans.team.rate=2
correlations=[]
run.seed=3
"""  # one a line
OVERRIDES = "overrides"  # the file of a case whose lines are overrides
QUOTED, EXAMPLE = re.compile(r"`.*`"), re.compile(r"`[^`]*`")  # what a file says may have quotes of its own
# A `nan` between dots is the file's own, in the name of a place.
OF_PYTHON = re.compile(r"Traceback|NoneType|object at 0x|Errno|<class|\bnan\b(?!\.)|Error\b|\bNone\b")

Files = dict[str, bytes]  # by name; the first is the scenario


class TooLongError(BaseException):
    """A case had its time; no handler of the package may take it for its own."""


class Outcome(NamedTuple):
    """What became of a case: one of FINE, or what is wrong; kibibytes are the most that the process had so far."""

    number: int
    kind: str
    told: str
    seconds: float
    kibibytes: int


@cache
def starts() -> tuple[bytes, ...]:
    """The files to start from: two that have every block, and all that come with the package."""
    whole = [(TESTS / name).read_bytes() for name in BLOCKWISE]
    return (*whole, *(EXTENDS.sub(rb"extends: \1", path.read_bytes()) for path in shipped().values()))


def start(random: Random) -> bytes:
    """A file as it should be: mostly a small one, of some blocks only, which is soon read."""
    if random.random() < 0.12:
        return random.choice(starts())
    blocks = BLOCK.split(random.choice(starts()[: len(BLOCKWISE)]))
    return b"".join(block for block in blocks if KEPT.match(block) or random.random() < 0.3)


def scenario_case(seed: int, number: int) -> Files:
    """A scenario that is not quite one any more."""
    random = Random(f"scenario {seed} {number}")  # noqa: S311  # chance, not secrets
    change: Callable[[Random, bytes, bytes], bytes] = random.choice((bytes_changed, lines_changed, tree_changed))
    broken = change(random, start(random), start(random))
    return {"scenario.yaml": broken, "accounts.csv": ACCOUNTS, "draws.csv": DRAWS}


def accounts_case(seed: int, number: int) -> Files:
    """A scenario as it should be, with an accounts file that is not quite one."""
    random = Random(f"accounts {seed} {number}")  # noqa: S311
    change = random.choice((bytes_changed, lines_changed))
    return {"scenario.yaml": MARKET, "accounts.csv": change(random, ACCOUNTS, MARKET)}


def draws_case(seed: int, number: int) -> Files:
    """A scenario as it should be, with a file of joint draws that is not quite one."""
    random = Random(f"draws {seed} {number}")  # noqa: S311
    change = random.choice((bytes_changed, lines_changed))
    return {"scenario.yaml": starts()[1], "draws.csv": change(random, DRAWS, starts()[1])}


def overlay_case(seed: int, number: int) -> Files:
    """A file on top of another, with segments, a start and a currency of its own; one of the two is not quite one."""
    random = Random(f"overlays {seed} {number}")  # noqa: S311
    change: Callable[[Random, bytes, bytes], bytes] = random.choice((bytes_changed, lines_changed, tree_changed))
    files = {"scenario.yaml": OVERLAY, "base.yaml": starts()[0], "accounts.csv": OVERLAY_ACCOUNTS}
    changed = random.choice(("scenario.yaml",) * 4 + ("base.yaml",))
    return files | {changed: change(random, files[changed], starts()[0])}


def override_case(seed: int, number: int) -> Files:
    """A scenario as it should be, with overrides of which some are not quite ones."""
    random = Random(f"overrides {seed} {number}")  # noqa: S311
    settings = random.sample(SETTINGS.strip().splitlines(), random.choice((1, 1, 2, 4)))
    lines = b"\n".join(setting_changed(random, setting) for setting in settings)
    return {"scenario.yaml": starts()[0], OVERRIDES: lines, "accounts.csv": ACCOUNTS, "draws.csv": DRAWS}


CASES: dict[str, Callable[[int, int], Files]] = {
    "scenarios": scenario_case,
    "accounts": accounts_case,
    "draws": draws_case,
    "overlays": overlay_case,
    "overrides": override_case,
}


def examined(files: Files, number: int = 0) -> Outcome:
    """What becomes of a case: it is read and made ready for an engine, and now and then simulated."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # of columns that are not read: the file is taken
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        began = time.process_time()
        overrides = files.get(OVERRIDES, b"").decode(errors="replace").splitlines()
        kind, told, scenario = read(Path(folder) / next(iter(files)), overrides)
        seconds = time.process_time() - began
        if seconds > LONGEST and kind in FINE:  # nothing interrupts a library of C
            kind, told = "too long", f"{kind} after {seconds:.1f} s"
        if kind == "taken" and scenario is not None and number % EVERY == 0:
            kind, told = played(scenario, Path(folder))
    return Outcome(number, kind, told, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def read(path: Path, overrides: Sequence[str] = ()) -> tuple[str, str, Scenario | None]:
    """What reading a file comes to, what is told of it, and the scenario."""
    scenario = None
    try:
        with at_most(LONGEST):
            scenario = load(path, overrides)
            known_flags(Parameters(scenario))
    except InputError as error:
        return *refused(error.problems), None
    except ForecastError as error:
        return "no input error", repr(error), None
    except TooLongError:
        return "too long", f"more than {LONGEST} s", None
    except MemoryError:
        return "too much memory", f"more than {MOST_MEMORY >> 20} MiB", None
    except Exception as error:  # noqa: BLE001  # what must not happen, whatever it is
        return "traceback", f"{type(error).__name__}: {error}"[:200], None
    if not all(map(is_settled, scenario.parameters.values())):
        return "taken without a value", "", None
    return "taken", "", scenario


def is_settled(value: object) -> bool:
    """Whether nothing in a value of a scenario is NaN: that stands for what was complained about."""
    if isinstance(value, float):
        return value == value  # noqa: PLR0124
    if isinstance(value, Uncertain):
        return is_settled(value.distribution)
    if isinstance(value, Distribution):
        return all(map(is_settled, value.parameters.values()))
    return all(map(is_settled, value)) if isinstance(value, tuple) else True


def refused(problems: tuple[Problem, ...]) -> tuple[str, str]:
    """Whether the problems can be understood, and one that cannot."""
    if not problems:
        return "no sentence", ""
    bad = next((str(problem) for problem in problems if not is_sentence(problem)), None)
    return ("refused", "") if bad is None else ("no sentence", bad[:500])


def is_sentence(problem: Problem) -> bool:
    """Whether a problem says where, what was found and what is allowed, without Python's own words."""
    text = str(problem)
    found, allowed = QUOTED.sub("_", problem.found).strip(), EXAMPLE.sub("_", problem.allowed).strip()
    fits = problem.file and found and allowed and text.isprintable() and len(text) <= LONGEST_SENTENCE
    return bool(fits) and not OF_PYTHON.search(f"{found} {allowed}")


def warm() -> None:
    """Nothing; what a simulation compiles once is compiled, so that no case has to wait for it."""
    with tempfile.TemporaryDirectory() as folder:
        for files in ({"a.yaml": starts()[0]}, {"a.yaml": MARKET, "accounts.csv": ACCOUNTS}):
            for name, data in files.items():
                (Path(folder) / name).write_bytes(data)
            engine("simpy").run(Parameters(small(load(Path(folder) / "a.yaml"))), 1, 0)


def small(scenario: Scenario) -> Scenario:
    """The scenario with a few accounts only."""
    return replace(scenario, accounts=tuple(min(count, MOST_ACCOUNTS) for count in scenario.accounts))


def played(scenario: Scenario, folder: Path) -> tuple[str, str]:
    """What an engine makes of a scenario that was taken, cut to a few accounts; and what its own text reads as."""
    try:
        (folder / "resolved.yaml").write_text(scenario.resolved, encoding="utf-8")
        for name, data in scenario.files.items():
            (folder / name).write_bytes(data)
        if load(folder / "resolved.yaml") != scenario:
            return "another scenario", "what is resolved reads as another scenario"
        with at_most(LONGEST_PLAYED):
            engine("simpy").run(Parameters(small(scenario)), scenario.seed, 0)
    except (TooLongError, MemoryError):
        return GIVEN_UP, ""
    except Exception as error:  # noqa: BLE001
        return "traceback later", f"{type(error).__name__}: {error}"[:500]
    return PLAYED, ""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """A block that is interrupted when it takes longer, in seconds of the processor."""

    def stop(_: int, __: FrameType | None) -> None:
        # An exception in the middle of Numba's work is lost where LLVM calls back, or ends the process.
        if global_compiler_lock.is_locked():
            signal.setitimer(signal.ITIMER_PROF, WHILE_COMPILING)
        else:
            raise TooLongError

    earlier = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)
