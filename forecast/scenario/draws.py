"""Writing a file of joint draws, as `draws` in a scenario reads it. Knows no scenario."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.errors import InputError, Problem, listed, quoted
from forecast.files import write_bytes
from forecast.scenario.text.draws_file import Cells, draws_text
from forecast.user_paths import user_path

_ENDINGS = (".csv", ".parquet")


def write_draws(path: str | Path, draws: Mapping[str, ArrayLike]) -> Path:
    """Write joint draws of parameters to a file, for the key `draws` of a scenario.

    Parameters
    ----------
    path : str or Path
        The file; its ending says what it becomes, `.csv` or `.parquet`. One that is there is replaced.
    draws : mapping of str to array_like
        Values by path of a scenario (`"trial.to_paid"`, `"churn.free.hazard"`, `"trial.to_paid.by_segment.smb"`), one
        for each draw, shape `[draw]`. Numbers are rates per month (hazards: 0.06 is `0.06 per month`), shares as
        fractions, durations in days, amounts in the scenario's currency, else what they say; texts are values as a
        scenario file has them (`"6% per month"`).

    Returns
    -------
    Path
        The file. `load` of a scenario that names it reads the same values, to the last bit.

    Raises
    ------
    InputError
        Without a draw, with columns of different lengths, and with numbers that are not finite.

    Examples
    --------
    >>> import forecast
    >>> file = forecast.write_draws("fit.csv", {"trial.to_paid": [0.08, 0.11], "adoption.organic": [0.002, 0.001]})
    >>> print(file.read_text(encoding="utf-8"), end="")
    trial.to_paid,adoption.organic
    0.08,0.002
    0.11,0.001
    >>> drawn = forecast.load("bottom_up", {"draws.file": str(file)})
    """
    file, problems = user_path(path), list[Problem]()
    columns = {name: _cells_of(name, np.asarray(values), problems) for name, values in draws.items()}
    lengths = sorted({len(cells) for cells in columns.values()})
    if file.suffix not in _ENDINGS:
        problems.append(Problem(str(path), None, None, quoted(file.name), f"a name that ends in {listed(_ENDINGS)}"))
    if not problems and (len(lengths) != 1 or lengths == [0]):
        found = f"columns of {listed(map(str, lengths))} draws" if lengths else "no column"
        problems.append(
            Problem(None, None, "draws", found, "a value in each column for each draw, of which there is one")
        )
    if problems:
        raise InputError(problems)
    write_bytes(file, draws_text(columns).encode() if file.suffix == ".csv" else _parquet_bytes(columns))
    return file


def _cells_of(name: str, values: NDArray[np.generic], problems: list[Problem]) -> Cells:
    """The numbers or texts of a column; none after a problem."""
    texts = values.dtype.kind == "U"
    if values.ndim != 1 or not (texts or values.dtype.kind in "fiu"):
        found = f"an array of shape {list(values.shape)} and type {values.dtype}"
        problems.append(Problem(None, None, name, found, "one dimension of numbers or texts"))
    elif texts and not all(values.tolist()):
        problems.append(Problem(None, None, name, "an empty text", "a value for every draw"))
    elif not texts and not np.isfinite(values.astype(float)).all():
        problems.append(Problem(None, None, name, "a number that is not finite", "a value for every draw"))
    else:
        return tuple(values.tolist()) if texts else tuple(values.astype(float).tolist())
    return ()


def _parquet_bytes(columns: Mapping[str, Cells]) -> bytes:
    """The columns as Parquet."""
    import pyarrow as pa  # noqa: PLC0415  # takes a quarter of a second
    import pyarrow.parquet as pq  # noqa: PLC0415

    sink = io.BytesIO()
    pq.write_table(pa.table({name: pa.array(cells) for name, cells in columns.items()}), sink)
    return sink.getvalue()
