"""`keras-gan compare`, on runs that were written by hand."""

import csv
import io
import json
import math
import statistics

import pytest

from keras_gan import recipes
from keras_gan.cli import main
from keras_gan.cli.comparison import Score
from keras_gan.cli.comparison_table import in_words
from keras_gan.run_folder import RunFolder

HEADER = "epoch,d_loss,g_loss,fid,seconds\n"


def write_run(
    path, seed, fids, *, settings=(), recipe="vanilla", planned=None, **config
):
    """Writes what a run leaves that has an FID for each of its epochs."""
    planned = len(fids) if planned is None else planned
    made = recipes.override(
        recipes.get(recipe), [("epochs", planned), *settings]
    )
    about = {"name": "fashion_mnist", "num_images": 60, "class_names": None}
    about |= {"digest": "a" * 64, "measured": "FID"} | config.pop("data", {})
    whole = {
        "keras_gan": "0.1.0",
        "keras": "3.15.1",
        "backend": "tensorflow",
        "recipe": made.to_dict(),
        "seed": seed,
        "image_shape": [28, 28, 1],
        "source_shape": None,
        "num_classes": None,
        "init": None,
        "data": about,
        **config,
    }
    RunFolder(path).create(whole)
    rows = [f"{i + 1},0.5,1.5,{fid},10.0" for i, fid in enumerate(fids)]
    (path / "metrics.csv").write_text(HEADER + "\n".join([*rows, ""]))
    return path


@pytest.fixture
def rates(tmp_path):
    """Three seeds at one rate of learning, two at another."""
    fast = [("d_opt.learning_rate", 1e-3)]
    for seed, fid in enumerate([20.0, 22.0, 27.0]):
        write_run(tmp_path / f"slow-{seed}", seed, [90.0, fid])
    for seed, fid in enumerate([31.0, 33.0]):
        write_run(tmp_path / f"fast-{seed}", seed, [50.0, fid], settings=fast)
    return tmp_path


def compared(capsys, *arguments):
    assert main(["compare", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def as_csv(capsys, folder, *arguments):
    target = folder.parent / "compared.csv"
    target.unlink(missing_ok=True)
    compared(capsys, folder, *arguments, "--csv", target)
    return list(csv.DictReader(io.StringIO(target.read_text())))


def refused(capsys, *arguments):
    assert main(["compare", *map(str, arguments)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_a_group_has_the_mean_and_deviation_over_its_seeds(rates, capsys):
    rows = as_csv(capsys, rates)
    assert [row["runs"] for row in rows] == ["3", "2"]
    for row, fids in zip(rows, ([20, 22, 27], [31, 33]), strict=True):
        assert float(row["fid_mean"]) == statistics.fmean(fids)
        assert float(row["fid_deviation"]) == statistics.stdev(fids)
        assert row["fid_count"] == str(len(fids))


def test_the_columns_are_the_settings_that_differ(rates, capsys):
    rows = as_csv(capsys, rates)
    settings = list(rows[0])[: list(rows[0]).index("runs")]
    assert settings == ["recipe", "d_opt.learning_rate"]
    assert [row["d_opt.learning_rate"] for row in rows] == ["0.0002", "0.001"]


def test_the_table_of_the_terminal_says_the_same(rates, capsys):
    lines = compared(capsys, rates).splitlines()
    assert lines[0].split() == [
        *("recipe", "d_opt.learning_rate", "runs", "epochs", "fid", "time")
    ]
    assert lines[2].split() == [
        *("vanilla", "0.001", "2", "2", "32.0", "±", "1.4", "20", "s")
    ]


def test_epochs_of_some_steps_are_told(rates, capsys):
    assert "not of one length" not in compared(capsys, rates)
    parts = [("batch_size", 10), ("steps_per_epoch", 2)]
    write_run(rates / "parts", 3, [9.0, 8.0], settings=parts)
    said = " ".join(compared(capsys, rates).split())
    assert "epochs are not of one length: 20 to 128 images" in said


def test_markdown_has_the_table_and_the_notes(rates, capsys, tmp_path):
    write_run(rates / "slow-9", 9, [70.0], planned=2)
    target = tmp_path / "compared.md"
    compared(capsys, rates, "--markdown", target)
    lines = target.read_text().splitlines()
    assert lines[0].startswith("| recipe | d_opt.learning_rate | runs |")
    assert lines[1] == "| --- | --- | ---: | ---: | ---: | ---: |"
    assert any(line.startswith("- Unfinished: ") for line in lines)


def test_different_images_of_one_name_are_told_apart(tmp_path, capsys):
    for name, digest in (("a", "pixels:12ab"), ("b", "pixels:13ab")):
        write_run(tmp_path / "runs" / name, 0, [1.0], data={"digest": digest})
    found = as_csv(capsys, tmp_path / "runs")
    assert {row["data"].split(" (")[1] for row in found} == {"12ab)", "13ab)"}


def test_a_bar_in_a_setting_does_not_end_a_cell_of_markdown(tmp_path, capsys):
    for name in ("a|b", "c"):
        data = [("data", name)]
        digest = {"digest": name * 20}
        write_run(tmp_path / name, 0, [1.0], settings=data, data=digest)
    target = tmp_path / "compared.md"
    compared(capsys, tmp_path, "--markdown", target)
    assert r"| a\|b |" in target.read_text()


@pytest.mark.parametrize(
    ("at", "mean"), [("last", 26.0), ("best", 11.5), ("1", 11.5), ("2", 26.0)]
)
def test_at_says_which_epoch_is_compared(tmp_path, capsys, at, mean):
    write_run(tmp_path / "runs/a", 0, [10.0, 30.0])
    write_run(tmp_path / "runs/b", 1, [13.0, 22.0])
    (row,) = as_csv(capsys, tmp_path / "runs", "--at", at)
    assert float(row["fid_mean"]) == mean


def test_a_run_that_has_not_reached_the_epoch_is_left_out(tmp_path, capsys):
    write_run(tmp_path / "a", 0, [10.0, 30.0])
    write_run(tmp_path / "b", 1, [13.0], planned=2)
    out = compared(capsys, tmp_path, "--at", "2")
    assert f"Left out, as epoch 2 is not done: {tmp_path / 'b'}." in out
    assert "No run has reached epoch 7" in refused(
        capsys, tmp_path, "--at", "7"
    )


def test_unfinished_runs_and_other_lengths_are_said(tmp_path, capsys):
    write_run(tmp_path / "a", 0, [10.0, 30.0], planned=5)
    write_run(tmp_path / "b", 1, [13.0] * 5)
    out = compared(capsys, tmp_path)
    assert f"Unfinished: {tmp_path / 'a'} (2 of 5 epochs)." in out
    assert "2 to 5 epochs. --at 2 compares all at the same epoch." in out
    assert " 2-5 " in out


def test_damaged_runs_are_left_out_and_named(rates, capsys):
    (rates / "fast-0/metrics.csv").write_text(HEADER + "1,x,1,2,3\n")
    (rates / "fast-1/config.json").write_text("{")
    (rates / "slow-0/metrics.csv").unlink()
    out = compared(capsys, *sorted(rates.iterdir()))
    left = [line for line in out.splitlines() if line.startswith("Left out")]
    assert [
        str(rates / name) in line
        for name, line in zip(("fast-0", "fast-1", "slow-0"), left, strict=True)
    ] == [True] * 3
    assert "damaged" in left[0]
    assert "No epoch is complete yet" in left[2]


def test_what_is_no_run_is_named(rates, capsys, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    out = compared(capsys, rates, other, other / "missing")
    assert f"Left out: {other}: It is not the folder of a run" in out
    assert f"Left out: {other / 'missing'}: There is no such folder" in out
    assert "There is no run to compare." in refused(capsys, other)


def test_other_recipes_and_other_images_are_said(tmp_path, capsys):
    write_run(tmp_path / "a", 0, [10.0])
    write_run(
        tmp_path / "b", 0, [20.0], recipe="quick", data={"digest": "b" * 64}
    )
    out = compared(capsys, tmp_path)
    assert "The runs are of different recipes." in out
    assert "distances to different images do not compare" in out
    # Networks, losses and rates are the recipe's: no columns and no words.
    assert out.splitlines()[0].split()[:3] == ["recipe", "runs", "epochs"]
    assert "networks.filters" not in out


def test_settings_that_change_together_are_one_column(tmp_path, capsys):
    for rate, size in ((1e-3, 8), (1e-4, 16)):
        settings = [("d_opt.learning_rate", rate), ("batch_size", size)]
        write_run(tmp_path / str(size), 0, [1.0], settings=settings)
    out = compared(capsys, tmp_path)
    assert out.splitlines()[0].split()[:3] == [
        *("recipe", "d_opt.learning_rate", "runs")
    ]
    assert "Settings that differ along with the columns: batch_size." in out


def test_other_images_of_one_name_are_told_apart(tmp_path, capsys):
    write_run(tmp_path / "a", 0, [10.0])
    write_run(tmp_path / "b", 0, [20.0], data={"digest": "b" * 64})
    out = compared(capsys, tmp_path)
    assert "fashion_mnist (aaaaaaaa)" in out
    assert "fashion_mnist (bbbbbbbb)" in out


def test_the_same_images_elsewhere_are_one_group(tmp_path, capsys):
    write_run(tmp_path / "runs/a", 0, [10.0], settings=[("data", "here/")])
    write_run(tmp_path / "runs/b", 1, [20.0], settings=[("data", "there/")])
    (row,) = as_csv(capsys, tmp_path / "runs")
    assert row["runs"] == "2"


def test_versions_that_differ_are_said(tmp_path, capsys):
    write_run(tmp_path / "a", 0, [10.0])
    write_run(tmp_path / "b", 1, [20.0], keras_gan="0.0.9")
    out = compared(capsys, tmp_path)
    assert "Made by keras_gan 0.0.9 and 0.1.0." in out


def test_a_run_that_diverged_is_not_averaged_away(tmp_path, capsys):
    write_run(tmp_path / "a", 0, [10.0])
    write_run(tmp_path / "b", 1, ["nan"])
    out = compared(capsys, tmp_path)
    assert "not finite in 1 of 2" in out
    assert f"fid is not finite: {tmp_path / 'b'}." in out


def test_equal_seeds_in_a_group_are_said(tmp_path, capsys):
    write_run(tmp_path / "a", 3, [10.0])
    write_run(tmp_path / "b", 3, [10.0])
    assert "equal seeds (3)" in compared(capsys, tmp_path)


def test_a_run_that_is_named_twice_counts_once(tmp_path, capsys):
    write_run(tmp_path / "runs/a", 3, [10.0])
    (row,) = as_csv(capsys, tmp_path / "runs", tmp_path / "runs/a")
    assert row["runs"] == "1"


def test_losses_are_compared_where_nothing_else_is_known(tmp_path, capsys):
    folder = write_run(tmp_path / "a", 3, [10.0])
    (folder / "metrics.csv").write_text("epoch,d_loss,g_loss\n1,0.5,1.5\n")
    out = compared(capsys, folder)
    assert "d_loss" in out.splitlines()[0]
    assert "No measure of quality" in out


def test_an_unknown_metric_is_answered_by_those_there_are(rates, capsys):
    error = refused(capsys, rates, "--metrics", "fid,kid")
    assert "kid is in none of these runs. They have d_loss, g_loss" in error


def test_a_loss_has_no_best(rates, capsys):
    arguments = (rates, "--metrics", "d_loss", "--at", "best")
    assert "--at best" in refused(capsys, *arguments)


@pytest.mark.parametrize("flag", ["--csv", "--markdown"])
def test_a_file_that_cannot_be_written_is_refused_first(rates, capsys, flag):
    assert "is a folder" in refused(capsys, rates, flag, rates)
    missing = rates / "missing" / "file"
    assert "Make it first" in refused(capsys, rates, flag, missing)


def test_a_config_of_an_earlier_version_is_compared(rates, capsys):
    path = rates / "slow-0/config.json"
    config = json.loads(path.read_text())
    for key in ("init", "source_shape"):
        del config[key]
    for key in ("flip", "scale", "jitter", "direction", "freeze_d"):
        del config["recipe"][key]
    path.write_text(json.dumps(config))
    assert [row["runs"] for row in as_csv(capsys, rates)] == ["3", "2"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((12.345,), "12.35"),
        ((12.0, 13.0), "12.50 ± 0.71"),
        ((100.0, 400.0), "250 ± 212"),
        ((0.001, 0.002), "0.00150 ± 0.00071"),
        ((2.0, 2.0), "2 ± 0"),
        ((1.0, math.inf), "not finite in 1 of 2"),
        ((), "-"),
    ],
)
def test_a_deviation_is_written_with_two_digits(values, words):
    assert in_words(Score(values)) == words
