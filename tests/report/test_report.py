"""What does a report say, and does it stay within its file?  Its text, its escapes, its bytes, its refusals."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections import Counter
from html.parser import HTMLParser

import pytest
from examples import CASES, NASTY  # type: ignore[import-not-found]  # it stands beside the tests of the charts

from forecast.analysis.comparison import best_sentence
from forecast.analysis.formatting import format_money, format_probability, format_range
from forecast.charts.layout.chart import Chart, ChartData
from forecast.cli import main
from forecast.errors import InputError
from forecast.html_report.inline_figures import inline_svg
from forecast.html_report.page import MAX_COLUMNS, Page, PageTable, render_page
from forecast.html_report.report import report_html
from forecast.html_report.run_page import run_page
from forecast.study.comparison_folder import open_comparison
from forecast.study.finished_run import open_run

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Reader(HTMLParser):
    """Collects what a page is made of, and checks that its elements are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, key, value in self.attributes if key == name]


@pytest.fixture(params=["usual", "nothing", "empty", "large", "comparison"])
def page(request, pages) -> str:
    text: str = pages[request.param].read_text(encoding="utf-8")
    return text


def test_every_id_is_there_once_and_every_reference_leads_somewhere(page):
    found = Reader(page)
    ids = Counter(found.values("id"))
    assert {name for name, count in ids.items() if count > 1} == set()
    wanted = {value[1:] for value in found.values("href") if value.startswith("#")}
    wanted |= {name for value in found.values("aria-labelledby") for name in value.split()}
    wanted |= set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted - set(ids) == set()


def test_nothing_leads_out_of_the_file(page):
    found = Reader(page)
    assert found.tags["script"] == 0
    assert [value for value in found.values("href") if not value.startswith("#")] == ["data:,"]
    assert found.values("src") == []
    assert not [name for _, name, _ in found.attributes if name.startswith("on")]
    assert "http://" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "https://" not in page
    assert "default-src 'none'" in found.values("content")[1]


def test_a_page_has_landmarks_headings_captions_and_headers(page):
    found = Reader(page)
    assert [found.tags[name] for name in ("main", "header", "footer", "nav", "h1")] == [1, 1, 1, 1, 1]
    assert found.tags["svg"] == found.tags["figcaption"] == found.tags["figure"] == found.tags["desc"]
    assert found.tags["caption"] == found.tags["table"]
    scopes = [value for tag, name, value in found.attributes if tag == "th" and name == "scope"]
    assert len(scopes) == found.tags["th"]
    assert ("html", "lang", "en") in found.attributes


def test_names_from_a_scenario_are_only_texts(pages):
    page = pages["large"].read_text(encoding="utf-8")
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in "".join(Reader(page).texts)
    assert NASTY.replace("\\\\", "\\") in "".join(Reader(page).texts) or NASTY in "".join(Reader(page).texts)
    comparison = pages["comparison"].read_text(encoding="utf-8")
    assert "<b>" not in comparison
    assert "$x$ & <b>another</b>" in "".join(Reader(comparison).texts)


def test_a_chart_s_texts_cannot_break_out_of_its_drawing():
    chart = Chart("</svg><script>1</script>", "]]> --> & $\\frac{1}$", 40.0)
    chart.description = '"><img src=x onerror=alert(1)>'
    root = ET.fromstring(str(inline_svg("mine", chart)))  # noqa: S314  # our own
    assert [child.text for child in root[:2]] == [chart.title, chart.description]
    assert {element.tag for element in root.iter()} <= {"svg", "title", "desc", "defs", "g", "path", "use"}


def test_the_answer_is_the_run_s(folders, pages):
    run = open_run(folders["usual"])
    texts = " ".join("".join(Reader(pages["usual"].read_text(encoding="utf-8")).texts).split())
    arr = run.summary["monthly"]["arr_cents"]["36"]
    assert (
        f"ARR in December 2028: USD {format_money(arr['mean'])} on average; in 80% of the simulated futures it is "
        in texts
    )
    assert f"between {format_money(arr['p10'])} and {format_money(arr['p90'])}." in texts
    signed = run.summary["segments"]["enterprise"]["contract_incidence"]["36"]["mean"]
    assert f"enterprise {100 * signed:.1f}%" in texts
    assert run.manifest["scenario_sha256"] in texts
    assert "adoption.imitation" in texts  # the uncertain parameter, in the tornado and among the assumptions
    assert "trial.keep_free" in texts
    assert not re.search(r"\b1 (values|value marked)|wait is for a date", texts)


def test_a_run_in_which_nothing_happens_has_a_report_that_says_so(pages):
    texts = "".join(Reader(pages["nothing"].read_text(encoding="utf-8")).texts)
    assert "ARR in April 2027: USD 0 on average" in texts
    assert "No contracts: the scenario has no procurement stages" in texts
    assert "accounts signed" not in texts
    assert "rough" in texts
    assert "No account can sign: there are none" in pages["empty"].read_text(encoding="utf-8")


def test_a_comparison_says_what_differs_and_who_is_best(pages):
    texts = " ".join("".join(Reader(pages["comparison"].read_text(encoding="utf-8")).texts).split())
    assert "is best in" in texts
    assert "pricing.paid" in texts
    assert "11 USD" in texts


def test_a_comparison_says_probabilities_with_their_interval_as_the_terminal_does(folders, pages):
    texts = " ".join("".join(Reader(pages["comparison"].read_text(encoding="utf-8")).texts).split())
    both = open_comparison(folders["comparison"])
    probability = r"(?:[<>]?\d+% \(\d+–\d+%\))"
    said = re.findall(r"(?:best|better) in (\S+(?: \(\S+\))?)", texts)
    assert len(said) > 20
    assert [each for each in said if not re.fullmatch(rf"{probability}[);.]*", each)] == []
    for name in both.names[1:]:
        pair = both.pair("arr", both.names[0], name)
        shown = format_range(pair.better, format_probability)
        assert f"better in {shown} of the simulated futures" in texts
        assert f"better in {shown} of the replications" in both.sentence("arr", name)
    for headline in both.headlines:  # of the charts; which is best is what the terminal says
        assert best_sentence(both.standings(headline.code))[1:] in texts


def test_the_means_of_a_few_scenarios_stand_side_by_side_as_many_columns_would_be_cut(folders, pages, monkeypatch):
    def table(page: str) -> str:
        return page.partition("<caption>Means by scenario</caption>")[2].partition("</table>")[0]

    few = table(pages["comparison"].read_text(encoding="utf-8"))
    assert few.count("<tr>") == 1 + 8
    assert few.count('<th scope="col">') == 3
    monkeypatch.setattr("forecast.html_report.comparison_page.MOST_COLUMNS", 2)
    many = table(report_html(folders["comparison"]))
    assert many.count("<tr>") == 1 + 3
    assert many.count('<th scope="col">') == 1 + 8
    assert sorted(re.findall("<td>([^<]+)</td>", few)) == sorted(re.findall("<td>([^<]+)</td>", many))


def test_paths_in_flags_are_code_and_no_backquotes():
    page = Page("T", "", "", ["A."], [], [], "", [], [], [], [], flags=["Win rate; `a.b` and `20 USD`, one ` & <b>."])
    html = render_page(page)
    assert "Win rate; <code>a.b</code> and <code>20 USD</code>, one ` &amp; &lt;b&gt;." in html


def test_the_same_run_gives_the_same_bytes(folders, pages):
    for name in ("usual", "comparison"):
        assert report_html(folders[name]) == pages[name].read_text(encoding="utf-8")


def test_grades_come_from_the_scenario_s_comments(tmp_path):
    from forecast.study.run import run  # noqa: PLC0415

    text = CASES["nothing"].replace("run:", "trial:\n  activation: 55%  # tries it [A1][A2] B\nrun:")
    (tmp_path / "graded.yaml").write_text(f"schema: 1\n{text}", encoding="utf-8")
    page = report_html(run(tmp_path / "graded.yaml", folder=tmp_path / "run", workers=1).folder)
    assert '<th scope="row">trial.activation</th><td>55%</td><td>B</td><td>A1 A2</td>' in page
    assert "1 value with a grade: 0 unverified assumptions" in page


def test_the_command_writes_into_the_folder_or_where_it_is_asked_to(folders, tmp_path, capsys):
    folder = tmp_path / "run"
    shutil.copytree(folders["nothing"], folder)
    assert main(["report", str(folder)]) == 0
    assert main(["report", str(folder), "-o", str(tmp_path / "mine.html")]) == 0
    assert (folder / "report.html").read_bytes() == (tmp_path / "mine.html").read_bytes()
    assert str(folder / "report.html") in capsys.readouterr().err
    open_run(folder)  # still a run


@pytest.mark.parametrize("what", ["nothing there", "no run", "incomplete", "another version"])
def test_what_is_no_complete_run_is_refused_in_a_sentence(folders, tmp_path, capsys, what):
    folder = tmp_path / "run"
    if what != "nothing there":
        folder.mkdir()
    if what in {"incomplete", "another version"}:
        manifest = json.loads((folders["nothing"] / "manifest.json").read_text())
        changed = {"complete": False} if what == "incomplete" else {"schema": 99}
        (folder / "manifest.json").write_text(json.dumps({**manifest, **changed}))
    assert main(["report", str(folder)]) == 2
    shown = capsys.readouterr().err
    assert "; expected " in shown
    assert "Traceback" not in shown
    assert not list(tmp_path.rglob("*.html"))
    with pytest.raises(InputError):
        report_html(folder)


def test_a_wide_table_stands_in_parts_that_paper_holds(folders):
    rows = [("opening", *map(str, range(100, 130))), ("closing", *map(str, range(200, 230)))]
    wide = PageTable("ARR bridge", ChartData(("", *(f"FY {year}" for year in range(2026, 2056))), rows))
    page = render_page(run_page(open_run(folders["nothing"]))._replace(tables=[wide], sections=[]))
    heads = re.findall(r"<thead>(.*?)</thead>", page)
    years = [re.findall(r"FY \d+", head) for head in heads]
    assert [year for part in years for year in part] == list(wide.data.columns[1:])
    assert max(map(len, years)) < MAX_COLUMNS
    assert page.count(">opening</th>") == page.count(">closing</th>") == sum(map(bool, years)) == 4
