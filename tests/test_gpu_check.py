"""The GPU check: what it measures, what fits in its time, and its page."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest

from keras_gan import layers, recipes
from keras_gan.recipes.recipe import settings_of
from tests.gpu import check, device_tests, groups, packages, page, processes
from tests.gpu.plans import PLANS

ROOT = groups.ROOT
GROUP = groups.Group("quick", 64, "float32", 32)


def cell(contestant, **given):
    return {
        "contestant": contestant,
        **GROUP.key(),
        "first_step": 2.25,
        "memory": 1234.5,
        "images_per_second": [1000.0, 4000.0, 2000.0],
        "finite": True,
        **given,
    }


RECORD = {
    "is_gpu": True,
    "machine": "a GPU, a CPU, 16 cores",
    "versions": {"python": "3.12", "torch": "2"},
    "tests": {
        "torch": {
            "seconds": 9.0,
            "counts": {"saving": {"passed": 3, "skipped": 1}},
            "failed": [{"name": "tests/test_x.py::test_y", "error": "no `y`"}],
            "unfinished": ["test_models, part 2"],
        }
    },
    "cells": [
        cell("keras_gan-torch"),
        cell("pytorch", images_per_second=[500.0], memory=None, finite=False),
        {"contestant": "pytorch-compile", **GROUP.key(), "error": "no gcc"},
    ],
    "left_out": ["r3gan, 128 px, batches of 32, float16"],
}


# -------------------------------------------------------------------- page


def test_the_page_is_what_the_record_says():
    assert page.PAGE.read_text("utf-8") == page.page(page.record())


def test_without_a_record_the_page_says_not_measured():
    said = page.page(None)
    assert "**Not measured.**" in said
    assert "|" not in said


def test_the_page_shows_medians_and_ends():
    assert "| 2,000 (1,000 to 4,000) |" in page.page(RECORD)


def test_the_page_says_where_losses_were_not_finite():
    assert "| 500 (500 to 500), losses not finite |" in page.page(RECORD)


def test_memory_that_nobody_counted_is_a_dash():
    assert "| quick | 64 | float32 | 1,234 | - |" in page.page(RECORD)


def test_the_package_is_compared_on_its_own_framework():
    said = page.page(RECORD)
    assert "trains 4.00 to 4.00 times as fast as the PyTorch loop" in said


def test_the_page_says_what_failed_and_what_was_left_out():
    said = page.page(RECORD)
    assert "torch: `tests/test_x.py::test_y`: `no 'y'`" in said
    assert "torch: out of time: test_models, part 2" in said
    assert "float32, pytorch-compile: `no gcc`" in said
    assert "- r3gan, 128 px, batches of 32, float16" in said


def test_a_trial_without_a_gpu_is_no_measurement():
    assert "no measurement" in page.page({**RECORD, "is_gpu": False})


def test_nothing_is_said_of_gpus_but_on_their_page():
    """What is said elsewhere links to what was measured."""
    installing = "GPU libraries"
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for path in pages:
        if path == page.PAGE:
            continue
        for line in path.read_text("utf-8").splitlines():
            if re.search(r"\b(GPU|TPU|CUDA)s?\b", line):
                assert "gpu.md" in line or installing in line, path


# ------------------------------------------------------------------ groups


def ordered():
    return groups.ordered(groups.RECIPES, groups.SIZES, groups.DTYPES, [32])


def test_every_training_is_asked_for_once():
    assert len(set(ordered())) == len(ordered()) == 4 * 3 * 3


def test_what_says_most_comes_first():
    found = [(each.size, each.dtype) for each in ordered()]
    assert found[:4] == [(64, "float32")] * 4
    assert found[4:8] == [(64, "bfloat16")] * 4
    assert {dtype for _, dtype in found[-12:]} == {"float16"}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_group_that_takes_longer_than_what_is_left_does_not_fit():
    clock = Clock()
    budget = groups.TimeBudget(100.0, clock, first=40.0)
    clock.now = 50.0
    assert budget.fits(GROUP)
    clock.now = 70.0
    assert not budget.fits(GROUP)


def test_what_a_group_takes_is_learnt_from_its_recipe():
    budget = groups.TimeBudget(100.0, Clock(), first=40.0)
    budget.took(GROUP, 10.0)
    budget.took(GROUP, 30.0)
    budget.took(replace(GROUP, recipe="dcgan"), 50.0)
    assert budget.expected(replace(GROUP, size=128)) == 30.0
    assert budget.expected(replace(GROUP, recipe="r3gan")) == 30.0


def test_groups_without_time_are_left_out_and_the_next_one_runs(monkeypatch):
    taken = {"quick": 90.0, "dcgan": 5.0}
    clock = Clock()

    def measure(chosen, contestants, **_):
        (group,) = chosen
        clock.now += taken[group.recipe]
        return [{"contestant": "jax", **group.key(), "error": "none"}]

    monkeypatch.setattr(processes, "measure", measure)
    monkeypatch.setattr(check.time, "monotonic", clock)
    options = check.parse(["--recipes", "quick", "dcgan", "--sizes", "64"])
    options.dtypes, options.together = ["float32", "bfloat16"], 1
    budget = groups.TimeBudget(180.0, clock, first=1.0)
    record = {"cells": []}
    check.measure_groups(record, [], options, budget, lambda: None)
    assert record["left_out"] == ["quick, 64 px, batches of 32, bfloat16"]
    assert [each["recipe"] for each in record["cells"]] == [
        "quick",
        "dcgan",
        "dcgan",
    ]


def test_a_further_run_goes_on_with_what_is_left_out():
    assert check.measured(RECORD, GROUP)
    assert not check.measured(RECORD, replace(GROUP, batch_size=64))


def test_a_record_of_another_machine_is_not_continued():
    blank = {**RECORD, "cells": []}
    assert check.continued(blank, RECORD) is RECORD
    assert check.continued({**blank, "machine": "b"}, RECORD)["cells"] == []
    assert check.continued(blank, None) is blank


def test_a_trial_does_not_replace_the_record(capsys):
    with pytest.raises(SystemExit):
        check.parse(["--miniature"])
    assert "--out" in capsys.readouterr().err


# ------------------------------------------------------ packages and errors


def test_missing_packages_are_named_at_the_start(monkeypatch):
    gone = ("optree", "jax", "pytest")
    monkeypatch.setattr(packages, "there", lambda name: name not in gone)
    lines, able = packages.say(["torch", "jax"])
    assert not able
    assert lines[:3] == [
        "Missing, and nothing runs without: optree",
        "Missing, and left out: jax",
        "Missing, and so the tests are left out: pytest",
    ]
    assert lines[3].endswith("pip download -d wheels optree pytest")


def test_one_framework_is_enough(monkeypatch):
    monkeypatch.setattr(packages, "there", lambda name: name != "jax")
    assert packages.say(["torch", "jax"])[1]
    assert not packages.say(["jax"])[1]


def test_an_error_is_the_last_exception_in_one_line():
    errors = "Traceback:\n  x\nValueError: a\n\ntorch.OutOfMemoryError: b\nmore"
    assert processes.last_line(errors, 1) == "torch.OutOfMemoryError: b"
    assert processes.last_line("", -9) == "ended with -9"


CHILD = """
import json, sys
say = lambda **message: print(json.dumps(message), flush=True)
say(imported=1.0)
input()
if sys.argv[1] == "jax":
    raise MemoryError("too little")
say(device="CPU", first_step=2.0)
for seconds in (2.0, 4.0):
    input()
    say(images=8, seconds=seconds)
input()
say(memory=None, finite=True)
"""


def test_when_one_contestant_fails_the_others_go_on(tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    script.write_text(CHILD, "utf-8")
    monkeypatch.setattr(processes, "CHILD", script)
    chosen = [c for c in groups.CONTESTANTS if c.name in ("jax", "pytorch")]
    cells = processes.measure(
        [GROUP], chosen, rounds=2, turn_seconds=0.5, limit=300.0
    )
    found = {each.pop("contestant"): each for each in cells}
    assert found["pytorch"]["images_per_second"] == [4.0, 2.0]
    assert found["pytorch"]["finite"]
    assert found["jax"]["error"] == "MemoryError: too little"
    assert found["jax"].items() >= GROUP.key().items()


def test_outcomes_are_counted_by_what_they_are_of(tmp_path):
    outcomes = tmp_path / "outcomes.jsonl"
    lines = [
        {"name": "a", "outcome": "passed", "error": None},
        {"name": "b", "outcome": "failed", "error": "E"},
        {"name": "c", "outcome": "skipped", "error": None},
    ]
    outcomes.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    tests = device_tests.Tests("saving", "saving")
    run = {"tests": tests, "part": 1, "code": 1, "outcomes": outcomes}
    ended = {**run, "code": None, "part": 2, "outcomes": None}
    crashed = {**run, "code": -11, "outcomes": None}
    assert device_tests.summary([run, ended, crashed]) == {
        "counts": {"saving": {"passed": 1, "skipped": 1}},
        "failed": [
            {"name": "b", "error": "E"},
            {"name": "test_saving, part 1", "error": "pytest ended with -11"},
        ],
        "unfinished": ["test_saving, part 2"],
    }


def test_every_module_of_tests_is_there():
    for each in device_tests.TESTS:
        assert (ROOT / "tests" / f"test_{each.module}.py").is_file()


# ------------------------------------------------------- hand-written loops


@pytest.mark.parametrize("name", groups.RECIPES)
def test_hand_written_loops_train_as_the_recipe_does(name):
    plan, recipe = PLANS[name], recipes.get(name)
    penalties = {
        each["name"]: each for each in settings_of(recipe, "regularizer")
    }
    assert set(penalties) == {key for key in ("r1", "r2") if getattr(plan, key)}
    assert plan.critic_steps == recipe.model.get("discriminator_steps", 1)
    assert plan.gp_weight == recipe.model.get("gp_weight", 0.0)
    assert plan.decay == recipe.model.get("ema_decay")
    assert plan.adam[0] == recipe.d_opt["learning_rate"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name == "wgan-gp"))
        for name in groups.RECIPES
    ],
)
def test_torch_has_as_many_weights(name):
    pytest.importorskip("torch")
    from tests.gpu.torch_networks import networks

    recipe = groups.recipe_of(replace(GROUP, recipe=name, size=32))
    gan = recipes.assemble(recipe, (32, 32, 3), seed=0)
    ours = [
        sum(int(np.prod(w.shape)) for w in network.trainable_weights)
        for network in (gan.generator, gan.discriminator)
    ]
    theirs = [
        sum(p.numel() for p in network.parameters())
        for network in networks(name, 32, 3)
    ]
    assert theirs == ours


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (layers.BilinearDownSampling2D, "Halved"),
        (layers.BilinearUpSampling2D, "Doubled"),
        (layers.MinibatchStdDev, "MinibatchStdDev"),
    ],
    ids=["halved", "doubled", "deviation"],
)
def test_torch_has_the_same_layers(ours, theirs):
    torch = pytest.importorskip("torch")
    from tests.gpu import torch_networks

    images = np.random.default_rng(0).normal(size=(8, 6, 6, 2))
    images = images.astype("float32")
    given = torch.from_numpy(images).permute(0, 3, 1, 2)
    found = getattr(torch_networks, theirs)()(given).permute(0, 2, 3, 1)
    expected = keras.ops.convert_to_numpy(ours()(images))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)


# ------------------------------------------------------ without TensorFlow

WITHOUT = """
import sys
sys.modules["tensorflow"] = sys.modules["tensorboard"] = None
import keras_gan
from keras_gan import callbacks, cli, datasets, metrics, recipes
recipes.assemble(recipes.get("vanilla"), (8, 8, 1), seed=0)
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_the_package_needs_no_tensorflow_on_another_backend(backend):
    pytest.importorskip(backend)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# --------------------------------------------------------------- miniature


@pytest.mark.slow
@pytest.mark.parametrize(
    ("framework", "contestants", "names"),
    [
        ("torch", ["keras_gan-torch", "pytorch"], ["quick", "wgan-gp"]),
        ("jax", ["keras_gan-jax", "jax"], ["quick"]),
    ],
    ids=["torch", "jax"],
)
def test_all_of_it_runs_on_a_cpu(framework, contestants, names, tmp_path):
    pytest.importorskip(framework)
    done = subprocess.run(
        [
            *(sys.executable, "tests/gpu/check.py", "--miniature"),
            *("--out", str(tmp_path), "--frameworks", framework),
            *("--recipes", *names, "--dtypes", "float32"),
            *("--contestants", *contestants),
            *("--seconds", "1800", "--group-limit", "600"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "record.json").read_text("utf-8"))
    assert record["left_out"] == []
    assert [each.get("error") for each in record["cells"]] == [None] * (
        2 * len(names)
    )
    assert all(each["finite"] for each in record["cells"])
    tests = record["tests"][framework]
    assert tests["failed"] == tests["unfinished"] == []
    assert tests["counts"]["penalties"]["passed"] > 0
    said = (tmp_path / "gpu.md").read_text("utf-8")
    assert said == page.page(record)
    assert "no measurement" in said
