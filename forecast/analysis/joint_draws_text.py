"""What is said of joint draws before a run: the file, its rows, where they stand, and what takes their place."""

from __future__ import annotations

from forecast.analysis.formatting import pluralize
from forecast.errors import listed
from forecast.scenario import Scenario


def joint_draws_sentences(scenario: Scenario) -> list[str]:
    """Which file of draws replications take their rows from, for which paths, and which of its columns are replaced."""
    draws = scenario.joint_draws
    if draws is None:
        return []
    rows = f"{pluralize(draws.rows, 'row')}, of which each replication takes one"
    if not draws.columns:
        return [
            f"Joint draws of {draws.file}: none is in force; other values take the place of {listed(draws.replaced)}."
        ]
    sentences = [f"Joint draws of {draws.file}: {rows}, for {listed(draws.columns)}."]
    if draws.replaced:
        sentences.append(f"Other values take the place of its columns {listed(draws.replaced)}.")
    return sentences
