import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from keras_gan import report
from keras_gan.report import write_report


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "quick-2026-01-31"
    (folder / "images").mkdir(parents=True)
    config = {"recipe": "quick", "seed": 1, "d_opt": {"name": "</script>"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "metrics.csv").write_text(
        "epoch,d_loss,fid,g_loss,speed\n"
        "0,1.5,90.0,0.5,7\n"
        "1,nan,70.0,0.7,8\n"
        "2,1.25,80.0,0.9,\n"
        "2,1.2"  # Killed while writing.
    )
    for epoch in (1, 2, 10):
        shade = np.full((4, 4), 20 * epoch, "uint8")
        path = folder / "images" / f"epoch-{epoch:04d}.png"
        Image.fromarray(shade).save(path)
    return folder


class Page(HTMLParser):
    """What the page's script gets, and every reference it makes."""

    def __init__(self, text):
        super().__init__()
        self.references, self.text, self._script = [], [], False
        self.feed(text)
        raw = re.search(
            r'<script type="application/json"[^>]*>(.*?)</script>', text, re.S
        )[1]
        self.data = json.loads(raw)

    def handle_starttag(self, tag, attrs):
        self._script = tag in ("script", "style")
        self.references += [v for k, v in attrs if k in ("src", "href")]

    def handle_endtag(self, tag):
        self._script = False

    def handle_data(self, text):
        if not self._script:
            self.text.append(text)


def page_of(folder):
    path = write_report(folder)
    assert path == folder / "report.html"
    return Page(path.read_text(encoding="utf-8"))


def test_it_refers_to_nothing_outside(run):
    page = page_of(run)
    assert page.references == []
    text = (run / "report.html").read_text(encoding="utf-8")
    urls = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert urls == {"http://www.w3.org/2000/svg"}  # A name, not a place.


def test_the_curves_are_those_of_the_file(run):
    data = page_of(run).data
    assert data["epochs"] == [1, 2, 3]
    assert data["curves"]["fid"] == [90.0, 70.0, 80.0]
    assert data["curves"]["speed"] == [7.0, 8.0, None]
    assert data["curves"]["d_loss"] == [1.5, None, 1.25]  # NaN is a gap.
    titles = {chart["title"]: chart["names"] for chart in data["charts"]}
    assert titles["Losses"] == ["d_loss", "g_loss"]
    assert titles["speed"] == ["speed"]


def test_the_adversarial_losses_of_translators_have_a_chart_of_their_own(run):
    """Beside `g_loss`, 100 times an L1, `d_loss` would be a flat line."""
    names = "d_loss,g_loss,g_adversarial,g_l1,val_d_loss,val_g_loss,val_g_l1"
    row = "1,1.3,12,0.7,0.1,1.4,13,0.2"
    (run / "metrics.csv").write_text(f"epoch,{names}\n{row}\n")
    charts = {
        chart["title"]: chart["names"] for chart in page_of(run).data["charts"]
    }
    assert charts == {
        "Adversarial losses": ["d_loss", "g_adversarial", "val_d_loss"],
        "Losses": ["g_loss", "val_g_loss"],
        "Distances in the generators' loss": ["g_l1", "val_g_l1"],
    }


def test_the_snapshots_are_inside_in_their_order(run):
    data = page_of(run).data
    names = [frame["name"] for frame in data["frames"]]
    assert names == ["epoch 1", "epoch 2", "epoch 10"]
    sources = [frame["source"] for frame in data["frames"]]
    assert all(s.startswith("data:image/png;base64,") for s in sources)


def test_settings_and_versions_are_told_and_escaped(run):
    text = " ".join(page_of(run).text)
    for expected in ("quick-2026-01-31", "opt", "</script>", "keras"):
        assert expected in text
    assert "best fid" in text
    assert "70" in text


@pytest.fixture
def hostile(run):
    """A run whose every name tries to be something else than a name."""
    folder = run.rename(run.with_name("<!--<script>&amp;\x1b[2J\udcff\u202e"))
    name = "<!--<script></script>&\u2028\u2029\udcff\x1b"
    config = {"recipe": name, name: {"a": name}, "classes": [name]}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "metrics.csv").write_bytes(
        b"epoch,d_loss,<!--<script>,__proto__,\xff\n1,1,2,3,4\n2,2,3,4,5\n"
    )
    return folder


def test_no_name_can_leave_its_place(hostile):
    page = page_of(hostile)
    text = (hostile / "report.html").read_text("utf-8")
    assert "<!--" not in text
    # That of the data and that of the code.
    assert text.count("<script") == text.count("</script") == 2
    assert "<!--<script>" in page.data["curves"]
    assert page.data["curves"]["__proto__"] == [3.0, 4.0]
    shown = " ".join(page.text)
    assert "<!--<script>&amp;\\x1b[2J\\xff\\u202e" in shown
    assert "<!--<script></script>&\\u2028\\u2029\\xff\\x1b" in shown


def test_data_in_the_page_are_what_they_were(run):
    (run / "metrics.csv").write_text("epoch,a<b>&c\n0,1\n1,2\n")
    assert page_of(run).data["curves"] == {"a<b>&c": [1.0, 2.0]}


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 400 + "1" + "}" * 400, "9" * 5000]
)
def test_a_configuration_beyond_all_measure_is_named(run, text):
    (run / "config.json").write_text(text)
    try:
        write_report(run)
    except ValueError as error:
        assert "config.json" in str(error)  # noqa: PT017 - it may be legible.


def test_a_field_too_large_is_named(run):
    (run / "metrics.csv").write_text("epoch,a\n1," + "x" * 200_000)
    with pytest.raises(ValueError, match=r"metrics\.csv is not CSV"):
        write_report(run)


def test_epochs_may_count_from_one(run):
    path = run / "metrics.csv"
    path.write_text("epoch,d_loss\n1,1.5\n2,1.25\n")
    page = page_of(run)
    assert page.data["epochs"] == [1, 2]
    assert page.text[page.text.index("epochs") - 1] == "2"


def test_settings_read_as_one_line_for_each_part(run):
    config = {
        "backend": "jax",
        "keras_gan": "0.0",
        "recipe": {
            "name": "quick",
            "d_opt": {"name": "adam", "beta_1": 0.5, "epsilon": None},
            "regularizer": {
                "name": "r1",
                "weight": {"name": "cosine", "start": 0.05, "end": 0.005},
            },
            "augment": None,
            "data": "digits",
        },
        "data": {"name": "digits", "classes": ["0", "1"]},
        "nested": {"deeper": {"seed": 1}},
    }
    (run / "config.json").write_text(json.dumps(config))
    text = page_of(run).text
    settings = dict(pairwise(text))  # Each cell -> the one after it.
    assert settings["recipe"] == "quick"
    assert settings["d_"] == "opt"  # The browser may break the line there.
    assert "adam, beta_1 0.5" in text
    assert "r1, weight (cosine, start 0.05, end 0.005)" in text
    assert settings["data"] == "digits, classes [0, 1]"
    assert settings["seed"] == "1"
    assert settings["backend"] == "jax"
    assert "augment" not in text


def test_a_run_tells_the_environment_it_had(run):
    config = {"recipe": "quick", "environment": {"keras": "3.99"}}
    (run / "config.json").write_text(json.dumps(config))
    text = " ".join(page_of(run).text)
    assert "3.99" in text
    assert "environment" not in text.replace("Environment", "")


@pytest.mark.parametrize("missing", ["config.json", "metrics.csv", "images"])
def test_what_is_missing_is_left_out(run, missing):
    path = run / missing
    if path.is_dir():
        for picture in path.iterdir():
            picture.unlink()
    else:
        path.unlink()
    data = page_of(run).data
    assert bool(data["frames"]) == (missing != "images")
    assert bool(data["charts"]) == (missing != "metrics.csv")


def test_long_runs_have_sixty_frames_first_and_last_among_them(run):
    for epoch in range(11, 151):
        Image.new("L", (2, 2)).save(run / "images" / f"epoch-{epoch:04d}.png")
    names = [frame["name"] for frame in page_of(run).data["frames"]]
    assert len(names) == 60
    assert (names[0], names[-1]) == ("epoch 1", "epoch 150")


def test_no_folder_and_an_empty_one_are_refused(tmp_path):
    with pytest.raises(ValueError, match="`run_folder`"):
        write_report(tmp_path / "none")
    with pytest.raises(ValueError, match="nothing to report"):
        write_report(tmp_path)


def test_a_broken_configuration_is_named(run):
    (run / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is not JSON"):
        write_report(run)


def test_several_penalties_are_told_apart():
    penalties = [{"name": "r1", "weight": 0.5}, {"name": "r2", "weight": 1.0}]
    assert report._as_words(penalties) == "r1, weight 0.5; r2, weight 1.0"


def test_a_long_list_is_counted():
    words = report._as_words([str(number) for number in range(1234)])
    assert words.endswith("98, 99, and 1,134 more]")
