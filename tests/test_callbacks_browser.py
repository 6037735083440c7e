"""TensorBoard and the report as a browser shows them."""

import csv
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import keras
import pytest
import tiny
from PIL import Image

from keras_gan.callbacks import ImageSnapshot, TensorBoard
from keras_gan.report import write_report

pytestmark = pytest.mark.slow

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
)

# What is on the page, also inside web components.
_TEXT = """
function text(node) {
  if (node.nodeType === 3) return node.textContent;
  if (["STYLE", "SCRIPT", "TEMPLATE"].includes(node.nodeName)) return "";
  const inside = node.shadowRoot ? [...node.shadowRoot.childNodes] : [];
  return [...inside, ...node.childNodes].map(text).join(" ");
}
return text(document.body);
"""

_IMAGES = """
function images(node) {
  const inside = node.shadowRoot ? [...node.shadowRoot.children] : [];
  const below = [...inside, ...node.children].flatMap(images);
  const here = node.nodeName === "IMG" && node.naturalWidth > 20;
  return here ? [...below, node.naturalWidth] : below;
}
return images(document.body);
"""


@pytest.fixture
def browser(tmp_path):
    selenium = pytest.importorskip("selenium.webdriver")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path / "profile"
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    service = selenium.ChromeService(executable_path=driver)
    window = selenium.Chrome(options=options, service=service)
    window.set_window_size(1400, 1000)
    try:
        yield window
    finally:
        window.quit()


@pytest.fixture
def runs(images, labels, tmp_path):
    """Two runs side by side, as the command line lays them out."""
    folder = tmp_path / "runs"
    for name, make in (
        ("plain", tiny.gan),
        ("by-class", tiny.conditional_gan),
    ):
        keras.utils.set_random_seed(1)
        run = folder / name
        run.mkdir(parents=True)
        (run / "config.json").write_text(json.dumps({"recipe": name}))
        make().fit(
            images,
            labels,
            epochs=3,
            batch_size=16,
            verbose=0,
            callbacks=[
                ImageSnapshot(run / "images"),
                TensorBoard(run / "tensorboard", histogram_freq=1),
                keras.callbacks.CSVLogger(run / "metrics.csv"),
            ],
        )
    return folder


@pytest.fixture
def address(runs):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "tensorboard.main"),
            *("--logdir", str(runs), "--host", "127.0.0.1"),
            *("--port", str(port)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _ready(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(timeout=30)


def _ready(address, seconds=90):
    """Waits until the server has found both runs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/data/runs") as answer:
                if len(json.load(answer)) >= 2:
                    return address
        except OSError:
            pass
        time.sleep(1.0)
    raise TimeoutError("tensorboard did not start")


@pytest.mark.parametrize(
    ("size", "picture", "beside"),
    [
        ("1280,2000", (300, 600), 3),
        # Narrow beside its height, so that two charts fit in a row.
        ("1280,900", (300, 600), 4),
        ("1280,1000", (600, 600), 2),
        ("390,900", (300, 600), 0),
    ],
    ids=["tall-window", "screen", "square-picture", "phone"],
)
def test_charts_fill_the_height_of_the_picture_beside_them(
    tmp_path, size, picture, beside
):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    run = tmp_path / "run"
    (run / "images").mkdir(parents=True)
    Image.new("L", picture).save(run / "images" / "epoch-0001.png")
    names = [f"log_{index}" for index in range(7)]
    rows = [",".join(["epoch", *names]), *("1" * 8, "2" * 8)]
    rows[1:] = [",".join(row) for row in rows[1:]]
    (run / "metrics.csv").write_text("\n".join(rows))
    shown = subprocess.run(
        [
            *(chromium, *_FLAGS, f"--user-data-dir={tmp_path / 'profile'}"),
            *(f"--window-size={size}", "--virtual-time-budget=2000"),
            *("--dump-dom", write_report(run).as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    body = shown[shown.index('id="first-charts"') : shown.index("<script")]
    first, rest = body.split('id="charts"')
    assert (first.count("<svg"), rest.count("<svg")) == (beside, 7 - beside)


def wait_for(browser, script, accept, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = browser.execute_script(script)
        if accept(found):
            return found
        time.sleep(0.5)
    raise AssertionError(f"the page never showed it; it shows {found!r}")


def text_with(browser, *words):
    return wait_for(
        browser, _TEXT, lambda text: all(word in text for word in words)
    )


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("scalars", ["epoch_d_loss", "epoch_learning_rate_generator"]),
        ("histograms", ["discriminator/", "generator/"]),
        # Only the first groups of a page are open.
        ("histograms&tagFilter=scores", ["scores/real", "scores/fake"]),
        ("hparams", ["latent_dim", "ConditionalGAN", "by-class"]),
        ("custom_scalars", ["losses by epoch", "gradient norms"]),
        ("graphs", ["networks", "discriminator", "generator"]),
    ],
)
def test_tensorboard_shows_both_runs(browser, address, page, words):
    browser.get(f"{address}/#{page}")
    runs = ["plain/tensorboard/train", "by-class/tensorboard/train"]
    if page == "hparams":
        runs = []  # They are named by their folders there.
    if page == "graphs":
        runs = []  # One at a time.
    text_with(browser, *words, *runs)


def test_tensorboard_shows_the_pictures(browser, address):
    browser.get(f"{address}/#images")
    text_with(browser, "generated/grid", "real/grid")
    wait_for(browser, _IMAGES, lambda widths: len(widths) >= 4)


@pytest.mark.parametrize("width", [390, 1400], ids=["phone", "screen"])
def test_the_report_fits_the_window_and_its_slider_moves(browser, runs, width):
    path = write_report(runs / "by-class")
    browser.set_window_size(width, 900)
    browser.get(path.as_uri())
    charts = browser.execute_script(
        "return [...document.querySelectorAll('svg')].map("
        "s => [s.getAttribute('aria-label'), s.querySelectorAll('path').length"
        "])"
    )
    assert ["Losses", 2] in charts
    too_wide = (
        "return document.documentElement.scrollWidth"
        " - document.documentElement.clientWidth"
    )
    assert browser.execute_script(too_wide) == 0
    state = (
        "return [document.getElementById('when').textContent,"
        " document.getElementById('snapshot').src]"
    )
    name, last = browser.execute_script(state)
    assert name == "epoch 3"
    browser.execute_script(
        "const s = document.getElementById('slider'); s.value = 0;"
        "s.dispatchEvent(new Event('input'));"
    )
    name, first = browser.execute_script(state)
    assert name == "epoch 1"
    assert first != last
    wait_for(
        browser,
        "return document.getElementById('snapshot').naturalWidth",
        lambda pixels: pixels > 20,
    )


def test_the_report_tells_what_the_file_says(browser, runs):
    browser.get(write_report(runs / "plain").as_uri())
    with (runs / "plain" / "metrics.csv").open(newline="") as file:
        last = list(csv.DictReader(file))[-1]
    text = browser.execute_script("return document.body.innerText")
    assert f"{float(last['d_loss']):.4g}" in text
    errors = [
        entry
        for entry in browser.get_log("browser")
        if entry["level"] == "SEVERE"
    ]
    assert errors == []
