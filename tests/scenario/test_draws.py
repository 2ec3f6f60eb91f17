"""Do the columns of a file of joint draws stand at their paths, and is everything else refused in a sentence?"""

from __future__ import annotations

import math
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.scenario import Uncertain, json_schema, load
from forecast.scenario.draws import write_draws
from forecast.scenario.text.draws_file import draws_text, read_draws

MONTH = 30.4375
DRAWS = "draws: {file: fit.csv}\n"
TRIAL = "trial: {activation: 55%, to_paid: {by_segment: {smb: 5%, enterprise: 30%}}}\n"


def csv_of(**columns: str) -> dict[str, str]:
    """A file of draws; `__` stands for a point in a path, and cells have spaces between them."""
    names = [name.replace("__", ".") for name in columns]
    rows = zip(*(cells.split(" ") for cells in columns.values()), strict=True)
    return {"fit.csv": "\n".join([",".join(names), *(",".join(row) for row in rows)]) + "\n"}


def parquet(**columns: Any) -> bytes:
    sink = BytesIO()
    pq.write_table(pa.table({name.replace("__", "."): values for name, values in columns.items()}), sink)
    return sink.getvalue()


def values_at(scenario: Any, path: str, place: int = 0) -> Any:
    """The values of a column in base units."""
    value = scenario.parameters[path][place]
    assert isinstance(value, Uncertain), f"{path} is no column"
    return value.distribution.parameters["values"]


def test_a_column_takes_the_place_of_the_value_at_its_path(loaded: Any) -> None:
    scenario = loaded(DRAWS + TRIAL, files=csv_of(trial__activation="0.5 0.7 0.6", adoption__organic="0.1 0.2 0.3"))
    assert values_at(scenario, "trial.activation") == values_at(scenario, "trial.activation", 1) == (0.5, 0.7, 0.6)
    assert values_at(scenario, "adoption.organic") == tuple(x / MONTH for x in (0.1, 0.2, 0.3))
    assert scenario.parameters["trial.to_paid"] == (0.05, 0.3)


UNITS = [
    ("trial.activation", "0.25", 0.25),
    ("trial.activation", "25%", 0.25),
    ("adoption.organic", "0.45", 0.45 / MONTH),
    ("adoption.organic", "6% per month", -math.log(0.94) / MONTH),
    ("contract.payment_terms", "45", 45.0),
    ("contract.payment_terms", "6 weeks", 42.0),
    ("pricing.paid", "19.5", 1950.0),
    ("pricing.paid", "20 USD per month", 2000.0),
    ("costs.usage", "0.006", 0.6),
    ("usage.growth", "0.01", 0.01),
    ("vendor.resources.sellers.cost", "120000", 12_000_000.0),
    ("vendor.resources.sellers.count", "3.0", 3.0),
    ("awareness.sharpness", "2.5", 2.5),
    ("renewal.uplift", "-0.1", -0.1),
    ("market.frailty_cv", "0.7", 0.7),
]


@pytest.mark.parametrize(("path", "cell", "value"), UNITS)
def test_a_cell_is_a_value_of_the_file_or_a_number_in_its_unit(loaded: Any, path: str, cell: str, value: float) -> None:
    more = "vendor: {resources: {sellers: {count: 2}}}\n"
    scenario = loaded(DRAWS + more, files={"fit.csv": f"{path}\n{cell}\n"})
    assert values_at(scenario, path) == (pytest.approx(value, rel=1e-15),)


def test_numbers_and_texts_may_stand_in_one_column(loaded: Any) -> None:
    scenario = loaded(DRAWS, files={"fit.csv": "trial.activation;adoption.organic\n25%;0,45\n0,3;0,5\n"})
    assert values_at(scenario, "trial.activation") == (0.25, 0.3)
    assert values_at(scenario, "adoption.organic") == (0.45 / MONTH, 0.5 / MONTH)


def test_parts_of_values_are_paths_as_set_takes_them(loaded: Any) -> None:
    text = "churn: {free: {hazard: 6% per month}, paid: {lognormal: {median: 90 days, sigma: 0.5}}, seated: 1 year}\n"
    header = "trial.to_paid.by_segment.smb,churn.free.hazard,churn.free.shape,churn.paid.lognormal.sigma,churn.seated"
    cells = "0.1,0.06,1.4,0.7,5% per month\n0.2,0.05,1.2,0.8,6% per month\n"
    scenario = loaded(DRAWS + TRIAL + text, files={"fit.csv": f"{header}\n{cells}"})
    assert values_at(scenario, "trial.to_paid") == (0.1, 0.2)
    assert scenario.parameters["trial.to_paid"][1] == 0.3
    free, paid, seated = (scenario.parameters[f"churn.{plan}"][0] for plan in ("free", "paid", "seated"))
    assert free.family == "burr"
    assert free.parameters["hazard"].distribution.parameters["values"] == (0.06 / MONTH, 0.05 / MONTH)
    assert free.parameters["shape"].distribution.parameters["values"] == (1.4, 1.2)
    assert paid.parameters["sigma"].distribution.parameters["values"] == (0.7, 0.8)
    assert seated.parameters["hazard"].path == "churn.seated"  # a rate of the end, as in a file
    assert {each.path for each in (free.parameters["hazard"], paid.parameters["sigma"])} == {
        "churn.free.hazard",
        "churn.paid.lognormal.sigma",
    }


def test_a_part_by_segment_leaves_the_value_of_the_others(loaded: Any) -> None:
    scenario = loaded(DRAWS + TRIAL, files={"fit.csv": "trial.activation.by_segment.smb\n0.1\n"})
    assert values_at(scenario, "trial.activation") == (0.1,)
    assert scenario.parameters["trial.activation"][1] == 0.55


def test_parameters_of_one_distribution_are_compared_row_by_row(loaded: Any, problems: Any) -> None:
    text = DRAWS + "trial: {length: {uniform: {low: 1 days, high: 2 days}}}\n"
    loaded(text, files=csv_of(trial__length__uniform__low="1 30", trial__length__uniform__high="9 40"))
    crossed = csv_of(trial__length__uniform__low="1 50", trial__length__uniform__high="9 40")
    (problem,) = problems(text, files=crossed)
    assert "a low below the high" in str(problem)


CELL = st.one_of(st.floats(allow_nan=False, allow_infinity=False, width=64), st.sampled_from(["5%", "14 days", "a, b"]))


@given(
    st.dictionaries(st.sampled_from(["a.b", "c", "d.e.f", "g,h"]), st.lists(CELL, min_size=3, max_size=3), min_size=1)
)
def test_what_is_written_is_read_to_the_last_bit(columns: dict[str, list[Any]]) -> None:
    written = {
        path: tuple(map(str, cells)) if str in map(type, cells) else tuple(cells) for path, cells in columns.items()
    }
    problems: list[Any] = []
    read = read_draws(draws_text(written).encode(), "fit.csv", problems.append)
    assert not problems
    assert {column.path: column.cells for column in read} == written


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_load_reads_the_arrays_that_were_written(tmp_path: Path, small: str, ending: str) -> None:
    chance = np.random.default_rng(5)
    arrays: dict[str, Any] = {
        "trial.activation": chance.beta(2, 3, 500),
        "adoption.organic": chance.lognormal(-3, 1, 500).astype(np.float32),
        "trial.length": [f"{days} days" for days in range(1, 501)],
        "market.segments.smb.eligible_users": chance.integers(3, 30, 500),
    }
    file = write_draws(tmp_path / f"fit.{ending}", arrays)
    (tmp_path / "small.yaml").write_text(small + f"draws: {{file: {file.name}}}\n", encoding="utf-8")
    scenario: Any = load(tmp_path / "small.yaml")
    assert values_at(scenario, "trial.activation") == tuple(arrays["trial.activation"].tolist())
    assert values_at(scenario, "adoption.organic") == tuple(x / MONTH for x in arrays["adoption.organic"].tolist())
    assert scenario.parameters["trial.length"][0].parameters["value"].distribution.parameters["values"][:2] == (
        1.0,
        2.0,
    )
    users = scenario.parameters["market.segments.eligible_users"][0].parameters["value"]
    assert users.distribution.parameters["values"] == tuple(arrays["market.segments.smb.eligible_users"].tolist())


def test_csv_and_parquet_of_the_same_draws_are_one_scenario(loaded: Any) -> None:
    files = csv_of(trial__activation="0.5 0.7", trial__to_paid="5% 6%")
    data = parquet(trial__activation=[0.5, 0.7], trial__to_paid=pa.array(["5%", "6%"]).dictionary_encode())
    assert loaded(DRAWS, files=files) == loaded("draws: {file: fit.parquet}\n", files={"fit.parquet": data})


def test_a_workbook_may_hold_draws(loaded: Any) -> None:
    sink = BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("trial.activation", "trial.to_paid"), (0.125, "5%"), (0.1, "6%")]):
            sheet.write_row(row, 0, cells)
    scenario = loaded("draws: {file: fit.xlsx}\n", files={"fit.xlsx": sink.getvalue()})
    assert values_at(scenario, "trial.activation") == (0.125, 0.1)
    assert values_at(scenario, "trial.to_paid") == (0.05, 0.06)


def test_many_draws_are_read_quickly(tmp_path: Path) -> None:
    segments = {f"s{number}": {"accounts": 1, "eligible_users": 9} for number in range(40)}
    tree: dict[str, Any] = {"clock": {"start": "2026-01-01", "horizon": "12 months"}, "market": {"segments": segments}}
    chance = np.random.default_rng(1)
    file = write_draws(
        tmp_path / "fit.parquet", {f"trial.to_paid.by_segment.{name}": chance.random(4000) for name in segments}
    )
    began = time.process_time()
    load({**tree, "draws": {"file": str(file)}})
    assert time.process_time() - began < 3  # under a second on an idle machine


def test_what_is_resolved_has_its_columns_in_one_order_wherever_they_stand_in_the_file(
    loaded: Any, tmp_path: Path
) -> None:
    churn = "churn: {free: {hazard: 9% per month}}\n"
    files = csv_of(churn__free__hazard="0.1 0.2", trial__activation="0.5 0.7", adoption__organic="0.1 0.2")
    scenario = loaded(churn + TRIAL + DRAWS, files=files)
    (tmp_path / "again").mkdir()
    for name, data in {"scenario.yaml": scenario.resolved.encode(), **scenario.files}.items():
        (tmp_path / "again" / name).write_bytes(data)
    again = load(tmp_path / "again" / "scenario.yaml")
    assert again.files == scenario.files
    assert again == scenario


def test_the_resolved_scenario_says_what_is_drawn_and_reads_as_the_same(loaded: Any, tmp_path: Path) -> None:
    files = csv_of(trial__activation="0.5 0.7", trial__to_paid__by_segment__smb="0.1 0.2")
    scenario = loaded("draws: {file: fit.csv}  # the fit [F1] B.\n" + TRIAL, files=files)
    assert "activation: drawn  # [F1] B\n" in scenario.resolved
    assert scenario.evidence["trial.activation"] == ("B", ("F1",))
    assert "draws:\n  file: draws.csv  # [F1] B\n" in scenario.resolved
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "scenario.yaml").write_text(scenario.resolved, encoding="utf-8")
    (alone / "draws.csv").write_bytes(scenario.files["draws.csv"])
    again = load(alone / "scenario.yaml")
    assert again == scenario
    assert again.sha256 == scenario.sha256
    assert scenario.replace(seed=7).parameters == scenario.parameters
    schema = json_schema()["$defs"]
    assert {"enum": ["drawn"]} in schema["share_scalar"]["anyOf"][0]["anyOf"]


def test_other_draws_are_another_scenario(loaded: Any) -> None:
    one, other = (loaded(DRAWS, files=csv_of(trial__activation=cells)) for cells in ("0.5 0.7", "0.7 0.5"))
    assert one.resolved == other.resolved
    assert one.sha256 != other.sha256
    assert one.replication_sha256 != other.replication_sha256


def test_a_value_that_is_set_takes_the_place_of_its_column_with_a_note(loaded: Any) -> None:
    files = csv_of(trial__activation="0.5 0.7", trial__keep_free="0.1 0.2")
    scenario = loaded(DRAWS + TRIAL, ["trial.activation=55%"], files)
    assert scenario.parameters["trial.activation"] == (0.55, 0.55)
    assert values_at(scenario, "trial.keep_free") == (0.1, 0.2)
    (note,) = scenario.warnings
    assert (note.kind, note.path, note.places) == ("note", "trial.activation", ("--set",))
    assert "takes the place of the column `trial.activation` of" in note.message
    assert scenario.files["draws.csv"] == b"trial.keep_free\n0.1\n0.2\n"
    assert scenario.replace({"trial.keep_free": "50%"}).files == {}


def test_a_segment_that_is_set_leaves_the_column_of_the_others(loaded: Any) -> None:
    scenario = loaded(DRAWS, ["trial.activation.by_segment.smb=20%"], csv_of(trial__activation="0.5 0.7"))
    assert scenario.parameters["trial.activation"][0] == 0.2
    assert values_at(scenario, "trial.activation", 1) == (0.5, 0.7)
    assert [note.message.split(" takes")[0] for note in scenario.warnings] == ["`20%`"]
    assert scenario.files["draws.csv"].startswith(b"trial.activation.by_segment.enterprise\n")


def test_draws_may_be_set_and_taken_away(loaded: Any) -> None:
    files = csv_of(trial__activation="0.5 0.7") | {"other.csv": "trial.keep_free\n0.3\n"}
    other = loaded(DRAWS + TRIAL, ["trial.keep_free=90%", "draws.file=other.csv"], files)
    assert other.parameters["trial.activation"] == (0.55, 0.55)
    assert other.parameters["trial.keep_free"] == (0.9, 0.9)
    without = loaded(DRAWS + TRIAL, ["draws.file=none"], files)
    assert without.parameters == loaded(TRIAL).parameters
    assert not without.files


def test_what_is_in_force_of_a_file_of_draws_is_kept(loaded: Any) -> None:
    files = csv_of(trial__activation="0.5 0.7 0.6", trial__keep_free="0.1 0.2 0.3", adoption__organic="0.1 0.2 0.3")
    whole = loaded(DRAWS, files=files).joint_draws
    assert (Path(whole.file).name, whole.rows) == ("fit.csv", 3)
    assert whole.columns == ("adoption.organic", "trial.activation", "trial.keep_free")
    assert whole.replaced == ()
    sets = ["trial.keep_free=90%", "trial.activation.by_segment.smb=20%"]
    less = loaded(DRAWS, sets, files).joint_draws
    assert less.columns == ("adoption.organic", "trial.activation.by_segment.enterprise")
    assert less.replaced == ("trial.activation", "trial.keep_free")
    assert loaded(DRAWS, ["draws.file=none"], files).joint_draws is None
    assert loaded(DRAWS, [f"{path}=50%" for path in ("trial.keep_free", "trial.activation")], files).replace(
        {"adoption.organic": 0}
    ).joint_draws == ("draws.csv", 3, (), ("adoption.organic",))


def with_base(folder: Path, small: str, base: str, above: str, files: dict[str, str]) -> Any:
    (folder / "below").mkdir()
    (folder / "below" / "base.yaml").write_text(small + base, encoding="utf-8")
    for name, text in files.items():
        (folder / "below" / name).write_text(text, encoding="utf-8")
    (folder / "above.yaml").write_text(f"extends: below/base.yaml\n{above}", encoding="utf-8")
    return load(folder / "above.yaml")


def test_a_base_brings_its_draws_and_the_file_on_top_wins(tmp_path: Path, small: str) -> None:
    files = csv_of(trial__activation="0.5 0.7", trial__to_paid="0.1 0.2", trial__keep_free="0.3 0.4")
    above = "trial: {to_paid: 9%, keep_free: {by_segment: {smb: 1%, other: 2%}}}\n"
    scenario = with_base(tmp_path, small, DRAWS, above, files)
    assert values_at(scenario, "trial.activation") == (0.5, 0.7)
    assert scenario.parameters["trial.to_paid"] == (0.09, 0.09)
    assert scenario.parameters["trial.keep_free"] == (0.01, 0.02)
    assert {note.path for note in scenario.warnings} == {"trial.to_paid", "trial.keep_free"}
    assert all(note.places[0].endswith("above.yaml:2") for note in scenario.warnings)


def test_a_segment_like_another_has_its_columns(tmp_path: Path, small: str) -> None:
    files = csv_of(trial__activation__by_segment__smb="0.5 0.7", market__segments__smb__eligible_users="4 5")
    above = "market: {segments: {startup: {like: smb, accounts: 3}, smb: none}}\n"
    scenario = with_base(tmp_path, small, DRAWS + TRIAL, above, files)
    place = scenario.segments.index("startup")
    assert values_at(scenario, "trial.activation", place) == (0.5, 0.7)
    assert scenario.parameters["trial.activation"][place].path == "trial.activation.by_segment.startup"
    users = scenario.parameters["market.segments.eligible_users"][place].parameters["value"]
    assert users.distribution.parameters["values"] == (4.0, 5.0)
    assert not scenario.warnings


def test_draws_of_money_are_not_converted(tmp_path: Path, small: str) -> None:
    files = csv_of(pricing__paid="20 25")
    with pytest.raises(InputError, match=r"draws of `pricing\.paid` are not converted"):
        with_base(tmp_path, small, DRAWS, "currency: EUR\nfx: 0.9 EUR per USD\n", files)


def test_a_timeline_that_overrules_draws_is_told(tmp_path: Path, small: str) -> None:
    base = "timeline: [{at: 2026-07-01, set: {trial.activation: 60%}}]\n"
    folder = tmp_path / "x"
    folder.mkdir()
    (tmp_path / "fit.csv").write_text("trial.activation\n0.5\n", encoding="utf-8")
    with pytest.warns(UserWarning, match="`drawn` holds until 2026-06-30 only"):
        with_base(tmp_path, small, base, DRAWS, {})


def test_correlations_of_columns_are_refused(problems: Any, tmp_path: Path, small: str) -> None:
    pair = "correlations: [{between: [trial.activation, trial.keep_free], rank: 0.3}]\n"
    free = "trial: {keep_free: {uncertain: {uniform: {low: 10%, high: 20%}}}}\n"
    (problem,) = problems(DRAWS + pair + free, files=csv_of(trial__activation="0.5 0.7"))
    assert "`trial.activation`, a column of `draws`, is not allowed here; its draws stand in rows" in str(problem)
    base = pair + free.replace("{keep", "{activation: {uncertain: {beta: {mean: 50%, cv: 0.2}}}, keep")
    (tmp_path / "fit.csv").write_text("trial.activation\n0.5\n", encoding="utf-8")
    scenario = with_base(tmp_path, small, base, DRAWS, {})
    assert not scenario.correlations
    assert "is a column of draws, so its correlation" in scenario.warnings[0].message


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("missing", {}, "file not found: `fit.csv`"),
    ("empty", {"fit.csv": ""}, "an empty file"),
    ("header", {"fit.csv": "trial.activation\n"}, "no draw; expected a column for each path"),
    ("path", csv_of(trial__activatoin="0.5"), "fit.csv:1: found column `trial.activatoin`; expected a path"),
    ("nearest", csv_of(trial__activatoin="0.5"), "did you mean `trial.activation`?"),
    ("block", csv_of(trial="0.5"), "fit.csv:1: found column `trial`; expected"),
    ("part", csv_of(trial__to_paid__by_segment__medium="0.5"), "has no `by_segment.medium`"),
    ("word", csv_of(adoption__contagion="0.5"), "expected the path of a number"),
    ("text path", csv_of(name="0.5"), "expected the path of a number"),
    ("certain", csv_of(clock__horizon="12"), "a column of draws is not allowed here; give a certain number of months"),
    ("timeline", {"fit.csv": "timeline.2026-07-01.pricing.paid\n3\n"}, "a value of the timeline may be `uncertain`"),
    ("twice", {"fit.csv": "trial.activation,trial.activation\n0.1,0.2\n"}, "duplicate column `trial.activation`"),
    ("nan", csv_of(trial__activation="0.5 nan"), "fit.csv:3: trial.activation: found `nan`; expected a share"),
    ("none", {"fit.csv": "trial.activation,trial.to_paid\n0.5,0.1\n,0.1\n"}, "fit.csv:3: trial.activation: no value"),
    ("range", csv_of(trial__activation="0.5 12"), "fit.csv:3: trial.activation: `12.0` is out of range"),
    ("hint", csv_of(trial__activation="0.5 12"), "a plain number is a fraction, such as 0.12 for 12%"),
    ("infinite", csv_of(awareness__sharpness="1e999"), "fit.csv:2: awareness.sharpness"),
    ("text", csv_of(trial__activation="0.5 many 0.2"), "fit.csv:3: trial.activation: found `many`; expected a share"),
    ("unit", {"fit.csv": "pricing.paid\n20 EUR\n"}, "fit.csv:2: pricing.paid: wrong unit in `20 EUR`"),
    ("cells", {"fit.csv": "trial.activation,trial.to_paid\n0.1\n"}, "fit.csv:2: found 1 cells; expected 2 cells"),
    (
        "nan in Parquet",
        {"fit.csv": parquet(trial__activation=[0.5, math.nan])},
        "fit.csv:2: trial.activation: found `nan`",
    ),
    ("null in Parquet", {"fit.csv": parquet(trial__activation=[0.5, None])}, "fit.csv:2: trial.activation: no value"),
    (
        "truth",
        {"fit.csv": parquet(trial__activation=[True])},
        "found a column of type bool; expected a column of numbers",
    ),
    ("long", {"fit.csv": "trial.to_paid" + ".smb" * 2000 + "\n0.1\n"}, "expected a path of at most 400 characters"),
    (
        "wide",
        {"fit.csv": ",".join(f"c{n}" for n in range(3000)) + "\n" + "1," * 2999 + "1\n"},
        "the limit is 2,000 columns",
    ),
    ("broken", {"fit.csv": b"PAR1" + b"x" * 99}, "not valid Parquet"),
]


@pytest.mark.parametrize(("files", "fragment"), [pytest.param(each[1], each[2], id=each[0]) for each in WRONG])
def test_what_cannot_be_drawn_is_told_in_one_sentence(problems: Any, files: Any, fragment: str) -> None:
    (problem,) = problems(DRAWS + TRIAL, files=files)
    assert fragment in str(problem)


def test_many_mistakes_are_a_few_lines(problems: Any, loaded: Any) -> None:
    segments = "".join(f"    s{number}: {{accounts: 1, eligible_users: 9}}\n" for number in range(30))
    text = DRAWS + "market:\n  segments:\n" + segments
    header = ",".join(f"trial.to_paid.by_segment.s{number}" for number in range(30))
    rows = "\n".join(",".join(str(number + row) for number in range(30)) for row in range(2000))
    start = "clock: {start: 2026-01-01, horizon: 24 months}\n"
    with pytest.raises(InputError) as caught:
        load_text(loaded, start + text, f"{header}\n{rows}\n")
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert "s2: `2.0` is out of range" in lines[0]
    assert "(1,999 more like it in this column)" in lines[0]
    assert "more columns that cannot be used" in lines[-1]


def load_text(loaded: Any, text: str, draws: str) -> Any:
    """Load a whole scenario beside its draws."""
    loaded("", files={"whole_of_it.yaml": text, "fit.csv": draws})
    folder = Path(loaded.__closure__[0].cell_contents)
    return load(folder / "whole_of_it.yaml")


def test_drawn_without_a_column_is_told(problems: Any) -> None:
    (problem,) = problems("trial: {activation: drawn}\n")
    assert "`drawn` stands for a column `trial.activation` of `draws`" in str(problem)


@pytest.mark.parametrize(
    ("path", "draws", "fragment"),
    [
        ("fit.txt", {"a": [1.0]}, "a name that ends in .csv, .parquet"),
        ("fit.csv", {}, "no column"),
        ("fit.csv", {"a": []}, "columns of 0 draws"),
        ("fit.csv", {"a": [1.0], "b": [1.0, 2.0]}, "columns of 1, 2 draws"),
        ("fit.csv", {"a": [math.nan]}, "not finite"),
        ("fit.csv", {"a": [[1.0]]}, "one dimension of numbers or texts"),
        ("fit.csv", {"a": [True]}, "one dimension of numbers or texts"),
        ("fit.csv", {"a": [""]}, "an empty text"),
    ],
)
def test_what_cannot_be_written_is_told(tmp_path: Path, path: str, draws: Any, fragment: str) -> None:
    with pytest.raises(InputError, match=fragment):
        write_draws(tmp_path / path, draws)
    assert not (tmp_path / path).exists()
