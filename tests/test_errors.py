"""Is every problem one sentence: where, what was found, what is allowed, and what was perhaps meant?"""

from __future__ import annotations

import pickle

from forecast.errors import InputError, Problem, RunError, nearest, quoted, unprintable


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


def test_equal_problems_are_one_line_with_their_count_and_the_first_places() -> None:
    problems = [Problem("a.csv", line, "seats", "`x`", "a whole number") for line in range(2, 3002)]
    last = Problem("a.csv", 7, "end", "`y`", "a date")
    lines = str(InputError([problems[0], last, *problems[1:]])).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("a.csv:2: seats: found `x`; expected a whole number (3,000 times: lines 2, 3, 4, 5,")
    assert lines[1] == str(last)


def test_problems_that_differ_in_what_was_found_are_one_line_from_four_on() -> None:
    few = [Problem("a.csv", line, "seats", f"`x{line}`", "a whole number") for line in range(2, 5)]
    assert len(str(InputError(few)).splitlines()) == 3
    more = [*few, Problem("a.csv", 5, "seats", "`x5`", "a whole number")]
    (line,) = str(InputError(more)).splitlines()
    assert line.endswith("found `x2`; expected a whole number (4 times, also `x3`, `x4`, `x5`: lines 2, 3, 4, 5)")


def test_problems_of_many_paths_are_one_line_that_names_the_first() -> None:
    paths = [f"timeline.{number}.at" for number in range(1, 901)]
    problems = [Problem("a.yaml", line, path, "`x`", "a date") for line, path in enumerate(paths, 9)]
    assert len(str(InputError(problems[:10])).splitlines()) == 10
    (line,) = str(InputError(problems)).splitlines()
    assert "(900 times: timeline.1.at (line 9), timeline.2.at (line 10), " in line
    assert line.endswith("timeline.10.at (line 18), ...)")


def test_what_is_cut_from_a_long_list_is_said() -> None:
    problems = [Problem("a.yaml", line, f"a.b{line}", "`x`", f"one of {line}") for line in range(200)]
    lines = str(InputError(problems)).splitlines()
    assert len(lines) == 61
    assert lines[-1] == "... and 140 more problems: mend these first"


def test_a_character_that_is_not_shown_is_named() -> None:
    assert unprintable("North Ltd") is None
    assert unprintable("North\u00a0Ltd") == "U+00A0 (no-break space)"
    assert unprintable("a\tb\n") == "U+0009 (tab)"
    assert unprintable("a\x07") == "U+0007"
