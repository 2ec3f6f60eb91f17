"""The scores of a backtest taken together: error and coverage by figure, level and horizon, ours beside each rule's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from forecast.backtesting.one_origin import OURS, Score
from forecast.backtesting.origins import BacktestOptions
from forecast.backtesting.scores import BAND
from forecast.backtesting.skill import Skill, independent_origins, skill_against

Key = tuple[str, str, int]  # metric, level, horizon


class Compared(NamedTuple):
    """Ours against a naive rule for one figure, level and horizon."""

    metric: str
    level: str
    horizon: int
    rule: str
    skill: Skill


def backtest_document(scores: Sequence[Score], options: BacktestOptions) -> dict[str, Any]:
    """What backtest.json says."""
    days = sorted({score.origin for score in scores})
    rows = [*_rows(scores)]
    compared = _compare_with_rules(scores, options)
    return {
        "origins": len(days),
        "first_origin": days[0],
        "last_origin": days[-1],
        "independent_origins": {
            str(horizon): independent_origins(
                len({score.origin for score in scores if score.horizon == horizon}), horizon, options.every
            )
            for horizon in sorted({score.horizon for score in scores})
        },
        "replications": options.replications,
        "seed": options.seed,
        "losses": [_row_of(each) for each in compared if each.skill.value < 0],
        "skills": [_row_of(each) for each in compared],
        "scores": rows,
    }


def _rows(scores: Sequence[Score]) -> Iterator[dict[str, Any]]:
    """A row for each figure, level, horizon and model."""
    for key in sorted({(score.metric, score.level, score.horizon) for score in scores}):
        own = [score for score in scores if (score.metric, score.level, score.horizon) == key]
        for model in dict.fromkeys(score.model for score in own):
            each = [score for score in own if score.model == model]
            pits = [score.pit for score in each]
            yield {
                "metric": key[0],
                "level": key[1],
                "horizon": key[2],
                "model": model,
                "crps": float(np.mean([score.crps for score in each])),
                "cover80": float(np.mean([score.inside80 for score in each])),
                "cover95": float(np.mean([score.inside95 for score in each])),
                "pit80": float(np.mean([abs(pit - 0.5) <= BAND / 2 for pit in pits])),
                "cases": len(each),
            }


def _compare_with_rules(scores: Sequence[Score], options: BacktestOptions) -> list[Compared]:
    """Ours against each naive rule, the worst first: on the cases that both have."""
    found = []
    for key in sorted({(score.metric, score.level, score.horizon) for score in scores}):
        own = [score for score in scores if (score.metric, score.level, score.horizon) == key]
        ours = {(score.origin, score.account): score.crps for score in own if score.model == OURS}
        for rule in dict.fromkeys(score.model for score in own if score.model != OURS):
            theirs = [score for score in own if score.model == rule]
            baseline = [score.crps for score in theirs]
            if not sum(baseline) > 0:
                continue
            skill = skill_against(
                [ours[score.origin, score.account] for score in theirs],
                baseline,
                [int(score.origin.replace("-", "")) for score in theirs],
                key[2] / options.every,
                (options.seed, f"{key} {rule}"),
            )
            found.append(Compared(*key, rule, skill))
    return sorted(found, key=lambda each: each.skill.value)


def _row_of(compared: Compared) -> dict[str, Any]:
    """A comparison in a JSON document; an interval that is not known is null."""
    skill = compared.skill
    bounds = {
        name: value if np.isfinite(value) else None for name, value in zip(("low", "high"), skill[1:], strict=True)
    }
    return {
        "metric": compared.metric,
        "level": compared.level,
        "horizon": compared.horizon,
        "rule": compared.rule,
        "skill": {"value": skill.value, **bounds},
    }
