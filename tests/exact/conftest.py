"""How is a simulation compared with an exact answer?  Running it, comparing, and Markov chains of one's own.

Every comparison raises a false alarm with probability ALPHA when the rule is right; a test's docstring says how many it
makes.  Seeds are fixed: a test that passes goes on passing until somebody changes a rule or a draw.  Nothing here asks
the package for a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm
from scipy.sparse.linalg import expm_multiply

from forecast.engines import engine, engine_names
from forecast.engines.result import ReplicationResult
from forecast.model.parameters import Parameters
from forecast.scenario import load

ALPHA = 1e-5
SEED = 20260101
HEADER = (
    "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,"
    "contract_end,opportunity_stage,months_of_use"
)


class Run(NamedTuple):
    """One replication and what it was made of."""

    parameters: Parameters
    result: ReplicationResult

    def stock(self, metric: str, month: int) -> int:
        """A column at a month's end, summed over the segments."""
        return int(self.result.monthly[month, :, self.parameters.metrics.index(metric)].sum())

    def flow(self, metric: str, until: int | None = None) -> int:
        """A column summed over the segments and the months up to `until`, all of them by default."""
        last = self.parameters.months if until is None else until
        return int(self.result.monthly[: last + 1, :, self.parameters.metrics.index(metric)].sum())

    def flows(self, metric: str) -> list[int]:
        """A column month by month, from month 1."""
        return [int(x) for x in self.result.monthly[1:, :, self.parameters.metrics.index(metric)].sum(axis=1)]

    def day(self, month: int) -> float:
        """The day on which a month ends."""
        return float(self.parameters.month_days[month])


class Check:
    """Comparisons with exact answers; each fails a right rule with probability ALPHA."""

    def binomial(self, found: int, trials: int, probability: float) -> None:
        """A count is binomial."""
        p = stats.binomtest(found, trials, probability).pvalue
        assert p > ALPHA, f"{found} of {trials}; expected {trials * probability:.1f} (p = {p:.2g})"

    def multinomial(self, found: Sequence[int], probabilities: Sequence[float]) -> None:
        """Counts of all cases, by Pearson's chi-square; cases expected fewer than 10 times are put together."""
        counts, expected = np.array(found, float), np.array(probabilities) * sum(found)
        assert sum(probabilities) == pytest.approx(1, abs=1e-9)
        assert not counts[expected < 1e-12].any(), f"impossible cases: {found}"
        rare = expected < 10
        if rare.any():
            if expected[rare].sum() < 10:
                rare[np.argmin(np.where(rare, np.inf, expected))] = True
            counts = np.append(counts[~rare], counts[rare].sum())
            expected = np.append(expected[~rare], expected[rare].sum())
        assert len(counts) > 1, "too few are expected for a comparison"
        p = stats.chisquare(counts, expected, sum_check=False).pvalue
        assert p > ALPHA, f"{counts} instead of {expected.round(1)} (p = {p:.2g})"

    def sums(self, found: Sequence[float], means: Any, covariance: Any) -> None:
        """Sums over many independent accounts are jointly normal with these exact moments."""
        gap = np.atleast_1d(np.array(found, float) - means)
        covariance = np.atleast_2d(covariance)
        scale = np.sqrt(np.maximum(np.diag(covariance), 1e-12))
        values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
        parts = vectors.T @ (gap / scale)
        kept = values > 1e-9
        assert np.allclose(parts[~kept], 0, atol=1e-4), f"{found} is impossible"
        p = stats.chi2.sf((parts[kept] ** 2 / values[kept]).sum(), kept.sum())
        assert p > ALPHA, f"{np.round(found, 3)} instead of {np.round(means, 3)} +- {scale.round(3)} (p = {p:.2g})"

    def sample(self, values: Any, cdf: Callable[[Any], Any]) -> None:
        """Values are a sample of a continuous distribution, by Kolmogorov and Smirnov."""
        assert len(values) > 100
        found = stats.kstest(values, cdf)
        assert found.pvalue > ALPHA, f"{found.statistic:.4f} from the exact distribution (p = {found.pvalue:.2g})"

    def first_times(self, days: Any, cdf: Callable[[Any], Any], horizon: float) -> None:
        """Days (NaN: not by the horizon) follow a CDF: up to 20 intervals of like probability, and never."""
        grid = np.arange(int(horizon) + 1)
        below = np.asarray(cdf(grid), float)
        intervals = min(20, int(len(days) * below[-1] / 12))
        assert intervals >= 2, "too few are expected for a comparison"
        edges = np.unique(np.searchsorted(below, np.linspace(0, below[-1], intervals + 1)[1:-1]))
        edges = np.array([0, *edges[(edges > 0) & (edges < horizon)], int(horizon)])
        counts = [*np.histogram(days[~np.isnan(days)], edges)[0], int(np.isnan(days).sum())]
        self.multinomial([int(x) for x in counts], [*np.diff(below[edges]), 1 - below[-1]])


Move = tuple[float, Hashable, Mapping[str, int]]  # rate per day, next state, what is counted


class Chain:
    """A continuous-time Markov chain: its states, generator Q and the counts of its moves."""

    def __init__(self, start: Hashable, moves: Callable[[Any], Iterable[Move]]) -> None:
        place: dict[Hashable, int] = {start: 0}
        self.states: list[Any] = [start]
        entries: list[tuple[int, int, float, Mapping[str, int]]] = []
        for origin, state in enumerate(self.states):  # grows while it is read
            for rate, target, counted in moves(state):
                if rate == 0:
                    continue
                if target not in place:
                    place[target] = len(self.states)
                    self.states.append(target)
                entries.append((origin, place[target], rate, counted))
        size = len(self.states)
        self.generator = np.zeros((size, size))
        self.rewards: dict[str, Any] = {}  # [metric]: rate * count, rate * count^2
        for origin, target, rate, counted in entries:
            self.generator[origin, target] += rate
            self.generator[origin, origin] -= rate
            for metric, number in counted.items():
                once, twice = self.rewards.setdefault(metric, np.zeros((2, size, size)))
                once[origin, target] += rate * number
                twice[origin, target] += rate * number**2

    def distribution(self, days: float) -> Any:
        """The probability of each state at a time."""
        return expm(self.generator * days)[0]

    def moments(self, days: float, values: Callable[[Any], Sequence[float]]) -> tuple[Any, Any]:
        """Mean vector and second moments E[v v'] of functions of the state at a time."""
        table = np.array([values(state) for state in self.states], float)
        p = self.distribution(days)
        return p @ table, (table * p[:, None]).T @ table

    def counted(self, days: float, metric: str) -> tuple[float, float]:
        """Mean and variance of how often moves counted as `metric` happened by a time.

        exp(t (Q + e A + e^2 B)) expanded in e: its coefficients at e and e^2 are E[n] and E[n^2] / 2.
        """
        once, twice = self.rewards[metric]
        zero = np.zeros_like(once)
        q = self.generator
        matrix = np.block([[q, once, twice / 2], [zero, q, once], [zero, zero, q]])
        size = len(self.states)
        one = np.concatenate([np.zeros(2 * size), np.ones(size)])
        found = expm_multiply(matrix * days, one)
        mean, half_square = found[size], found[0]
        return mean, 2 * half_square - mean**2

    def reached_by(self, hit: Callable[[Any], bool], horizon: int) -> Callable[[Any], Any]:
        """The CDF, at whole days up to the horizon, of the first time in a state with `hit`."""
        inside = [place for place, state in enumerate(self.states) if not hit(state)]
        step = expm(self.generator[np.ix_(inside, inside)])
        p = np.zeros(len(inside))
        p[inside.index(0)] = 1
        survival = [1.0]
        for _ in range(horizon):
            p = p @ step
            survival.append(p.sum())
        return lambda day: 1 - np.array(survival)[day]


@pytest.fixture(params=engine_names())
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine there is."""
    return str(request.param)


@pytest.fixture
def prepare(tmp_path: Path) -> Callable[..., Parameters]:
    """Loads a scenario's text, with rows of an accounts file beside it where it names `accounts.csv`.

    Rows that begin with a header of their own have other columns.
    """

    def of(text: str, rows: Iterable[str] = ()) -> Parameters:
        lines = list(rows)
        header = [] if lines and lines[0].startswith("account,") else [HEADER]
        (tmp_path / "accounts.csv").write_text("\n".join([*header, *lines, ""]), encoding="utf-8")
        path = tmp_path / "scenario.yaml"
        path.write_text(f"schema: 1\nname: exact\n{text}", encoding="utf-8")
        return Parameters(load(path))

    return of


@pytest.fixture
def simulate(prepare: Callable[..., Parameters], engine_name: str) -> Callable[..., Run]:
    """Runs one replication of a scenario's text on each engine."""

    def of(text: str, rows: Iterable[str] = (), replication: int = 0, log: list[Any] | None = None) -> Run:
        parameters = prepare(text, rows)
        return Run(parameters, engine(engine_name).run(parameters, SEED, replication, log))

    return of


@pytest.fixture
def check() -> Check:
    """The comparisons."""
    return Check()


@pytest.fixture
def chain() -> type[Chain]:
    """The class of Markov chains."""
    return Chain
