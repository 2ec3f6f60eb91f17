"""The parameters of one replication as arrays that rules can index: records by block of the scenario file.

A period lies between two dates of the timeline.  Arrays are [period, segment] and on; `row` hands one period and
segment out as plain numbers in the same record: that is how the fields are typed.  A distribution is a row of
`distributions`, named by its number.  The records and their columns are declared by the format
(forecast.scenario.format.schema).
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar, get_type_hints

from forecast.scenario.format.declarations import Block, DeclarationError
from forecast.scenario.format.schema import (
    AdoptionRules,
    AwarenessRules,
    BanRules,
    ChurnRules,
    ContractRules,
    CostsRules,
    OutboundRules,
    PlansRules,
    PricingRules,
    ProcurementRules,
    RenewalRules,
    RequirementRules,
    ScenarioFile,
    StageRules,
    TrialRules,
    UsageRules,
)
from forecast.types import Floats, Integers


class SegmentRules(NamedTuple):
    """What holds for the users and accounts of a segment, by block, [period, segment]."""

    adoption: AdoptionRules
    trial: TrialRules
    plans: PlansRules
    churn: ChurnRules
    awareness: AwarenessRules
    ban: BanRules
    outbound: OutboundRules
    procurement: ProcurementRules
    contract: ContractRules
    renewal: RenewalRules
    pricing: PricingRules
    costs: CostsRules
    usage: UsageRules


# The records by block, in order.
SEGMENT_BLOCKS: dict[str, type[Block]] = get_type_hints(SegmentRules)


class ParameterTables(NamedTuple):
    """All that the rules read in one replication."""

    rules: SegmentRules
    stages: StageRules  # [period, segment, stage]
    requirements: RequirementRules  # [period, segment, requirement]
    reduced_by: Floats  # [period, segment, capability]
    seasons: Floats  # of organic trials, [period, segment, month of the year]
    stage_seasons: Floats  # how fast customers move, alike
    renewal_seasons: Floats  # on the odds of renewal, alike
    tiers: Floats  # [period, segment, tier, (from seats, discount)]
    team_sizes: Integers  # [segment]: the number of a distribution, -1 where an account is one team
    distributions: Floats  # [number, (family, a, b, c, d)]
    points: Floats  # what discrete distributions point to


RowType = TypeVar("RowType", bound=Block)


def row(record: RowType, *place: int) -> RowType:
    """The same record with the plain Python numbers of one place, e.g. (period, segment)."""
    return type(record)(array[place].tolist() for array in record)


def segment_row(rules: SegmentRules, period: int, segment: int) -> SegmentRules:
    """The rules of one period and segment as plain Python numbers."""
    return SegmentRules(*(row(record, period, segment) for record in rules))  # type: ignore[arg-type]  # one row a field


def _check_blocks() -> None:
    """Raise DeclarationError unless the segments' records are exactly the blocks of the format that have columns."""
    declared = {name: entry.block for name, entry in ScenarioFile.keys.items() if entry.block and entry.block.columns}
    if declared != SEGMENT_BLOCKS:
        raise DeclarationError(f"the records {list(SEGMENT_BLOCKS)} are not the blocks with columns {list(declared)}")


_check_blocks()
