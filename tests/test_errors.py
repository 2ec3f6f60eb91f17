"""Is every problem one sentence: where, what was found, what is allowed, and what was perhaps meant?"""

from __future__ import annotations

import pickle

from forecast.errors import InputError, Problem, RunError, nearest, quoted


def test_a_problem_is_one_sentence() -> None:
    problem = Problem("a.yaml", 12, "trial.length", "`14 dayz`", "a duration", "14 days")
    assert str(problem) == "a.yaml:12: trial.length: found `14 dayz`; expected a duration; did you mean `14 days`?"


def test_what_is_not_known_is_left_out() -> None:
    assert str(Problem(None, None, None, "`x`", "PATH=VALUE")) == "found `x`; expected PATH=VALUE"


def test_a_problem_stays_in_one_line_whatever_it_quotes() -> None:
    problem = Problem("a\nb", 1, "x\ty\ud800", quoted("\x1b[31m" + "z" * 500), "a name")
    text = str(problem)
    assert text.isprintable()
    assert len(text) < 200


def test_an_input_error_tells_all_its_problems_and_survives_pickling() -> None:
    error = InputError([Problem("a", 1, None, "x", "y"), Problem("a", 2, None, "x", "y")])
    assert len(str(error).splitlines()) == 2
    assert pickle.loads(pickle.dumps(error)).problems == error.problems  # noqa: S301  made in the line before


def test_exit_statuses() -> None:
    assert (RunError.exit_status, InputError.exit_status) == (1, 2)


def test_the_nearest_name_is_near() -> None:
    assert nearest("imitaton", ["organic", "imitation"]) == "imitation"
    assert nearest("zzz", ["organic", "imitation"]) is None
