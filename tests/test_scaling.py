"""The page of scaling says what was measured; its model adds up."""

import json

import pytest

from tests.benchmarks import (
    long_runs_page,
    scaling_model,
    scaling_page,
    scaling_plots,
    scaling_rows,
)
from tests.benchmarks.scaling_model import Link


def variant(name, recipe, engine, batch, clocks):
    return {
        "name": name,
        "recipe": recipe,
        "engine": engine,
        "batch_size": batch,
        "image_shape": [28, 28, 1],
        "parameters": 1_000_000,
        "memory_before": 500,
        "turns": [
            {"steps": 10, "clock": clock, "cpu": clock, "memory": 800 + clock}
            for clock in clocks
        ],
    }


REPLICAS = {
    "versions": {},
    "loopback": {"gigabits": 8.0, "latency": 1e-3},
    "variants": [
        variant("a", "quick", "one", 32, [1, 2, 4]),
        variant("b", "quick", "mirrored", 64, [2, 2, 5]),
        variant("c", "quick", "multiworker", 64, [1, 4, 8]),
        variant("d", "quick", "multiworker", 32, [1, 1, 2]),
    ],
}


@pytest.fixture
def records(tmp_path, monkeypatch):
    """An empty folder in place of the records."""
    for module in (scaling_rows, scaling_page, scaling_plots):
        monkeypatch.setattr(module, "RECORDS", tmp_path)
    monkeypatch.setattr(scaling_page, "PAGE", tmp_path / "scaling.md")
    return tmp_path


def test_the_page_is_what_the_records_say():
    assert scaling_page.PAGE.read_text("utf-8") == scaling_page.page()


def test_every_plot_of_the_page_is_there():
    page = scaling_page.PAGE.read_text("utf-8")
    shown = [part.split(")")[0] for part in page.split("](scaling/")[1:]]
    for name in shown:
        assert (scaling_rows.RECORDS / name).is_file()


def test_the_page_lists_what_is_not_measured(records):
    scaling_page.write()
    page = (records / "scaling.md").read_text("utf-8")
    names = ", ".join([*scaling_rows.SWEEPS, "chains", *long_runs_page.NAMES])
    assert f"Not measured yet: {names}." in page
    assert "![" not in page
    assert list(records.iterdir()) == [records / "scaling.md"]


def test_a_sweep_shows_medians_and_the_ends(records):
    found = {
        "versions": {"machine": "A, 2 cores"},
        "variants": [variant("8", "quick", "one", 8, CS)],
    }
    (records / "batch.json").write_text(json.dumps(found), "utf-8")
    scaling_page.write()
    page = (records / "scaling.md").read_text("utf-8")
    row = "| 8 | 1,000,000 | 200.0 | 40 (20 to 80) | 25.00 | 804 | 500 |"
    assert row in page
    assert "Measured on A, 2 cores." in page
    assert (records / "batch.png").is_file()


CS = [4, 2, 1]


def test_replicas_are_compared_turn_by_turn(records):
    (records / "replicas.json").write_text(json.dumps(REPLICAS), "utf-8")
    scaling_page.write()
    page = (records / "scaling.md").read_text("utf-8")
    # Twice the images in 2, 1 and 5/4 of the time.
    assert "| 1.60 | 0.80 |" in page
    # As many images in 1, 1/2 and 1/2 of the time.
    assert "| 2.00 | 1.00 |" in page
    # Twice the images in 1, 2 and 2 of the time, where the model says
    # 0.2 / (0.2 + 4 ms of messages + 4 ms of bytes).
    assert "| quick | 32 | 0.962 | 0.500 |" in page
    assert (records / "all-reduce.png").is_file()


def test_two_trainings_count_together_beside_one_on_both_cores(records):
    one, both, *_, apart = scaling_rows.CORES
    found = {
        "versions": {},
        "variants": [
            variant(one, "quick", "one", 32, [4, 2, 4]),
            variant(both, "quick", "one", 32, [2, 2, 2]),
            variant(apart, "quick", "apart", 64, [4, 4, 5]),
        ],
    }
    (records / "cores.json").write_text(json.dumps(found), "utf-8")
    scaling_page.write()
    page = (records / "scaling.md").read_text("utf-8")
    assert f"| quick | 32 | {one} | 80 (80 to 160) |  | 1.00 | 12.50 |" in page
    assert f"| {both} | 160 (160 to 160) | 2.00 |" in page
    # Twice the images in as long, in twice as long, in 5/4 of the time.
    assert f"| quick | 32 | {apart} | 160 (128 to 160) | 1.60 |" in page


def test_the_mean_step_counts_each_kind_as_often_as_it_comes(records):
    step = {"operations": 10, "all": 8.0, "chain": 4.0, "two": 5.0}
    lazy = {"operations": 30, "all": 16.0, "chain": 6.0, "two": 9.0}
    recipe = {
        "recipe": "quick",
        "batch_size": 32,
        "versions": {},
        "steps": [
            {"kind": "with the penalty", "share": 0.25, **lazy},
            {"kind": "without", "share": 0.75, **step},
        ],
    }
    scaling_rows.write_record("chains", [recipe])
    page = scaling_page.page()
    assert "| with the penalty | 30 | 16.0 | 6.0 | 9.0 | 1.78 |" in page
    assert "| in the mean | 15 | 10.0 | 4.5 | 6.0 | 1.67 |" in page


def test_two_replicas_send_each_gradient_once():
    assert scaling_model.ring_bytes(1, 1000) == 0
    assert scaling_model.ring_bytes(2, 1000) == 4000
    assert scaling_model.ring_bytes(4, 1000) == 6000


@pytest.mark.parametrize(
    ("replicas", "seconds"),
    # 8 Gbit/s are 1e9 bytes a second. Messages: 4, then 4 * 3 of them.
    [(1, 0.0), (2, 4e-3 + 4e-3), (4, 12e-3 + 6e-3)],
    ids=lambda value: str(value),
)
def test_the_exchange_takes_latency_and_bandwidth(replicas, seconds):
    link = Link(8.0, latency=1e-3)
    found = scaling_model.reduce_seconds(replicas, 1_000_000, link)
    assert found == pytest.approx(seconds)
    share = scaling_model.efficiency(replicas, 1_000_000, 0.012, link)
    assert share == pytest.approx(0.012 / (0.012 + seconds))


def test_slow_links_and_many_replicas_cost_efficiency():
    found = [
        [scaling_model.efficiency(n, 10**6, 0.1, Link(g)) for n in (2, 8, 64)]
        for g in (1, 10, 100)
    ]
    for row in found:
        assert row == sorted(row, reverse=True)
    for column in zip(*found, strict=True):
        assert list(column) == sorted(column)


def test_a_turn_is_whole_cycles_of_lazy_penalties_and_critic_steps():
    five = scaling_rows.SWEEPS["steps"][-1]
    assert scaling_rows.cycle(scaling_rows.recipe_of(five)) == 20


def test_the_quarters_of_a_run_leave_its_compilation_out():
    run = {"step_cpu": [9.0, 1.0, 1.0, 5.0, 5.0, 5.0, 5.0, 2.0, 2.0]}
    assert long_runs_page.quarters(run) == [1000.0, 2000.0]


def test_what_a_short_run_did_not_reach_is_left_out():
    run = {"steps": [50, 200], "resident": [900.0, 910.0]}
    assert long_runs_page.resident_after(run, 200) == 910.0
    assert long_runs_page.resident_after(run, 2000) is None
