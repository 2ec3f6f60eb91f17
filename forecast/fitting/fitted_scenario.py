"""What was learned, as a scenario: the prior extended, each value at its median with a remark, and the draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from forecast.fitting.prior_values import PERCENT, PriorValues
from forecast.learning.learned import Learned
from forecast.scenario.text.emit import scalar_text
from forecast.types import Floats

ACCOUNTS_FILE, DRAWS_FILE, PRIOR_FILE = "accounts.csv", "draws.parquet", "prior.yaml"
DIGITS = 4
LIMITS = {  # of values that are learned on a scale without bounds
    **dict.fromkeys(("heterogeneity_cv", "frailty_cv"), (0.0, 10.0)),
    "sigma": (0.01, 5.0),
    "half_share": (1e-4, 1.0),
    "sharpness": (0.1, 100.0),
    "elasticity": (0.0, 100.0),
}


@dataclass(frozen=True)
class FittedScenario:
    """What goes into the scenario beside the learned values.

    `values` are texts by path that stand there as they are, `remarks` what is said of them.
    """

    name: str
    extends: str
    start: date
    segments: Mapping[str, str]  # of the data, and which one of the prior each is like
    learned: Sequence[Learned]
    level: Mapping[str, Floats]
    labels: Mapping[str, str] = field(default_factory=dict)  # of segments whose names in the data are no codes
    values: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)

    def draws(self) -> dict[str, Floats]:
        """The joint draws, by path as a file of draws has them."""
        columns = dict(self.level)
        for each in self.learned:
            paths = self.paths_of(each)
            columns.update(zip(paths, written_draws(each).T, strict=True))
        return columns

    def paths_of(self, each: Learned) -> list[str]:
        """The paths of a learned value: one for all segments, or one for each."""
        if each.draws.shape[1] == 1:
            return [each.path]
        return [f"{each.path}.by_segment.{name}" for name in self.segments]


def written_draws(each: Learned) -> Floats:
    """The draws as they are written: whole seats, and nothing that the format refuses."""
    last = each.path.rpartition(".")[2]
    if last == "min_seats":
        return np.maximum(np.rint(each.draws), 1.0)
    return np.clip(each.draws, *LIMITS[last]) if last in LIMITS else each.draws


def scenario_text(fitted: FittedScenario, prior: PriorValues) -> str:
    """The scenario as YAML."""
    tree: dict[str, Any] = {}
    _put(tree, "name", scalar_text(fitted.name))
    _put(tree, "clock.start", str(fitted.start))
    _put(tree, "market.accounts_file", ACCOUNTS_FILE)
    for name in prior.scenario.segments:
        if name not in fitted.segments:
            _put(tree, f"market.segments.{name}", "none")
    for name, like in fitted.segments.items():
        label = fitted.labels.get(name, name)
        parts = (
            [f"like: {like}"] * (like != name) + [f"label: {scalar_text(label)}"] * (label != name) + ["accounts: 0"]
        )
        _put(tree, f"market.segments.{name}", f"{{{', '.join(parts)}}}")
    for path, value in fitted.values.items():
        _put(tree, path, value, fitted.remarks.get(path, ""))
    for path, draws in fitted.level.items():
        _put(tree, path, _number(float(np.median(draws))), "drawn")
    for each in fitted.learned:
        medians = np.median(written_draws(each), axis=0)
        texts = [_value_text(float(median), each.unit) for median in medians]
        remark = _said(each)
        if len(fitted.paths_of(each)) == 1:
            _put(tree, each.path, texts[0], remark)
        else:
            pairs = ", ".join(f"{name}: {text}" for name, text in zip(fitted.segments, texts, strict=True))
            _put(tree, each.path, f"{{by_segment: {{{pairs}}}}}", remark)
    _put(tree, "draws.file", DRAWS_FILE)
    return f"extends: {scalar_text(fitted.extends)}\n" + "".join(_lines(tree, ""))


def _said(each: Learned) -> str:
    """The remarks of all segments in one: `435 | 2,050 starts, 99 | 98 % data`; what differs stands side by side."""
    parts = [remark.split(" ") for remark in each.remarks]
    if len({len(words) for words in parts}) != 1:
        return "; ".join(each.remarks)
    columns = zip(*parts, strict=True)
    return " ".join(words[0] if len(set(words)) == 1 else " | ".join(words) for words in columns)


def _value_text(value: float, unit: str) -> str:
    """A value as a scenario file has it.

    >>> _value_text(0.08123456, "%"), _value_text(0.0031, " per month")
    ('8.123%', '0.0031 per month')
    """
    return f"{_number(100 * value if unit == PERCENT else value)}{unit}"


def _number(value: float) -> str:
    """So many digits that nobody misses one."""
    return np.format_float_positional(float(f"{value:.{DIGITS}g}"), trim="-")


def _put(tree: dict[str, Any], path: str, text: str, remark: str = "") -> None:
    """Set a leaf, a text and its remark."""
    *blocks, last = path.split(".")
    for block in blocks:
        tree = tree.setdefault(block, {})
    tree[last] = (text, remark)


def _lines(tree: Mapping[str, Any], indent: str) -> list[str]:
    """The lines of a block."""
    written = []
    for key, part in tree.items():
        if isinstance(part, dict):
            written += [f"{indent}{scalar_text(key)}:\n", *_lines(part, indent + "  ")]
        else:
            text, remark = part
            written.append(f"{indent}{scalar_text(key)}: {text}" + (f"  # {remark}" if remark else "") + "\n")
    return written
