"""The documentation as a browser shows it."""

import functools
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.test_callbacks_browser import browser as browser
from tests.test_documentation import site as site

pytestmark = pytest.mark.slow

LOOKED_AT = (
    "index.html",
    "tutorials/fixes.html",
    "gallery.html",
    "reference/gan.html",
    "results.html",
    "examples/first_gan.html",
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Says nothing of each request."""


@pytest.fixture
def address(site):
    """Where the site is served: a page opened as a file has no search."""
    handler = functools.partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def found_by(window, address, words, seconds=60):
    """Where the search's results lead."""
    window.get(f"{address}/index.html?q={words}")
    links = "return [...document.querySelectorAll('.md-search-result__link')]"
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := window.execute_script(f"{links}.map(link => link.href)"):
            return found
        time.sleep(0.2)
    return []


def test_the_search_finds_dcgan(browser, address):
    found = found_by(browser, address, "dcgan")
    there = "reference/networks.html?h=dcgan#keras_gan.networks.dcgan.dcgan"
    assert f"{address}/{there}" in found


def test_no_page_is_wider_than_a_phone(browser, address):
    browser.set_window_size(500, 900)
    widths = "return [document.documentElement.scrollWidth, innerWidth]"
    for page in LOOKED_AT:
        browser.get(f"{address}/{page}")
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": 390,
                "height": 900,
                "deviceScaleFactor": 1,
                "mobile": False,
            },
        )
        content, window = browser.execute_script(widths)
        assert window == 390
        assert content <= window, page


def test_tables_of_results_are_readable_at_1280_pixels(browser, address):
    browser.set_window_size(1280, 1000)
    browser.get(f"{address}/results.html")
    hidden = browser.execute_script(
        "return [...document.querySelectorAll('.md-typeset__scrollwrap')]"
        ".map(table => table.scrollWidth - table.clientWidth)"
    )
    assert len(hidden) == 3
    assert max(hidden) <= 0
