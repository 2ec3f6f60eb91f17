"""Does the report work in a browser?  Every chart visible, nothing loaded, no serious fault, no sideways scrolling."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
NAMES = ("usual", "nothing", "large", "comparison")


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Any]:
    """Chromium without a screen and with a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_page_load_timeout(180)
    driver.set_script_timeout(600)  # the accessibility rules over the largest page, on a busy machine
    # Or Selenium gives the browser up before, after two minutes.
    driver.command_executor.client_config.timeout = 660  # type: ignore[union-attr]
    driver.get("about:blank")  # the first tab has loaded pages of its own
    yield driver
    driver.quit()


def show(browser: Any, page: Path, width: int = 1000) -> None:
    """Nothing; the page is shown in a window so wide."""
    browser.get_log("performance")
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_is_visible_and_nothing_is_loaded(browser, pages, name):
    show(browser, pages[name])
    boxes = browser.execute_script(
        "return [...document.querySelectorAll('svg')].map(each => {const box = each.getBoundingClientRect();"
        "return [box.width, box.height, each.querySelectorAll('path').length, each.checkVisibility()]})"
    )
    assert len(boxes) >= 4
    assert all(width > 300 and height > 80 and paths > 3 and shown for width, height, paths, shown in boxes)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert {url for url in asked if not url.startswith("data:")} == {pages[name].as_uri()}
    assert browser.get_log("browser") == []  # nothing was blocked, and nothing complained


@pytest.mark.parametrize("name", NAMES)
def test_nothing_scrolls_sideways_on_a_phone(browser, pages, name):
    show(browser, pages[name], width=360)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(("name", "width"), [("usual", 360), ("comparison", 360), ("comparison", 1000)])
def test_key_figures_and_charts_are_whole_without_scrolling_a_part_of_the_page(browser, pages, name, width):
    show(browser, pages[name], width=width)
    beyond = browser.execute_script(
        "return [...document.querySelectorAll('.scroll')].filter(each => each.checkVisibility() && "
        "!each.closest('#changes, details') && each.scrollWidth > each.clientWidth + 1).map(each => each.ariaLabel)"
    )
    assert beyond == []


@pytest.mark.parametrize("name", NAMES)
def test_no_table_is_cut_off_in_print(browser, pages, name):
    show(browser, pages[name], width=720)  # a page between its margins
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
    widths = browser.execute_script(
        "return [...document.querySelectorAll('table, svg')].map(each => each.getBoundingClientRect().right)"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert max(widths) <= 720


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_serious_fault(browser, pages, name):
    show(browser, pages[name])
    browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.execute_script(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = browser.execute_async_script("const done = arguments[0]; axe.run({resultTypes: ['violations']}).then(done)")
    serious = [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]][:3])
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    assert len(found["passes"]) > 20


def test_axe_does_find_faults(browser, tmp_path):
    (tmp_path / "bad.html").write_text("<html><body><img src='data:,'><svg role='img'></svg></body></html>")
    show(browser, tmp_path / "bad.html")
    browser.execute_script(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = browser.execute_async_script("const done = arguments[0]; axe.run().then(done)")
    assert {"image-alt", "svg-img-alt", "html-has-lang"} <= {fault["id"] for fault in found["violations"]}


def test_the_answer_is_on_the_first_screen_of_a_phone(browser, pages):
    show(browser, pages["usual"], width=360)
    lead = browser.execute_script("return document.querySelector('.lead').getBoundingClientRect().bottom")
    assert lead < 640


def test_a_keyboard_reaches_everything(browser, pages):
    show(browser, pages["usual"])
    reached = browser.execute_script(
        "return [...document.querySelectorAll('a, summary, .scroll, pre')].every(each => each.tabIndex >= 0)"
    )
    assert reached


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext")
def test_printed_it_has_the_figures_of_its_charts(browser, pages, tmp_path):
    show(browser, pages["usual"])
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    (tmp_path / "report.pdf").write_bytes(base64.b64decode(printed["data"]))
    command = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "ARR in December 2028" in text
    assert "trial.keep_free" in text  # tables that are closed on the screen
    assert "by the end of" in text
