"""`keras-gan train` with a folder that does not fit into memory."""

import functools

import pytest

from keras_gan import datasets
from keras_gan.cli import main
from keras_gan.datasets import looking_ahead
from tests.test_datasets_workers import pictures

# Here they go to stderr, as they do outside of tests.
pytestmark = pytest.mark.filterwarnings("always::UserWarning")


@pytest.fixture
def train(tmp_path, monkeypatch):
    """The arguments of a short training from files."""
    pictures(tmp_path / "faces", 48, (8, 8))
    from_files = functools.partial(datasets.source, memory=0)
    monkeypatch.setattr(datasets, "source", from_files)
    return [
        *("train", "vanilla", f"--data={tmp_path / 'faces'}", "--epochs=2"),
        *("--batch-size=16", "--channels=1", "--set=evaluation=none"),
        *("--set=networks.generator_units=[8]", "--save-every=0"),
        *("--set=networks.discriminator_units=[8]", "--seed=3"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "when a batch is wanted (ahead of it with --num-workers N), in"),
        (["--num-workers=4"], "ahead, by 4 processes, in each epoch anew"),
        (["--cache=CACHE"], "would be kept in"),
        (["--cache=CACHE", "--num-workers=1"], "read ahead, by 1 process"),
    ],
)
def test_a_dry_run_says_how_and_fills_no_cache(
    train, tmp_path, capsys, given, said
):
    cache = tmp_path / "cache"
    given = [each.replace("CACHE", str(cache)) for each in given]

    assert main([*train, *given, "--dry-run", f"--out={tmp_path / 'r'}"]) == 0

    words = " ".join(capsys.readouterr().out.split())
    assert said in words
    assert not cache.exists()


def test_a_dry_run_refuses_a_cache_that_is_a_file(train, tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("mine")

    assert main([*train, f"--cache={file}", "--dry-run"]) == 2

    assert "`cache` must be a folder" in capsys.readouterr().err


@pytest.mark.slow
def test_images_in_memory_need_no_decoding(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["train", "vanilla", "--set=limit=64", "--dry-run"]

    assert main([*arguments, "--num-workers=2"]) == 0
    assert "the images are in memory" in capsys.readouterr().out
    assert main(arguments) == 0
    assert "decoding" not in capsys.readouterr().out


@pytest.mark.slow
def test_processes_and_cache_train_the_same_run(train, tmp_path):
    plain, fast = tmp_path / "plain", tmp_path / "fast"
    decoding = ["--num-workers=2", f"--cache={tmp_path / 'cache'}"]

    assert main([*train, f"--out={plain}"]) == 0
    assert main([*train, *decoding, f"--out={fast}", "--epochs=1"]) == 0
    resume = ["train", "--resume", f"--out={fast}", "--epochs=2"]
    assert main([*resume, "--num-workers=1"]) == 0

    metrics = [(run / "metrics.csv").read_text() for run in (plain, fast)]
    of_losses = [
        [line.rsplit(",", 1)[0] for line in text.splitlines()]
        for text in metrics
    ]
    assert of_losses[0] == of_losses[1]


def test_a_lost_process_is_one_line(train, tmp_path, capsys, monkeypatch):
    def lose(tasks, num_workers):
        raise ChildProcessError("One of the processes has ended.")

    def lose_late(tasks, num_workers):
        yield next(tasks)()
        lose(tasks, num_workers)

    monkeypatch.setattr(looking_ahead, "in_order", lose_late)

    assert main([*train, "--num-workers=1", f"--out={tmp_path / 'run'}"]) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "One of the processes has ended." in error
    assert f"--resume --out {tmp_path / 'run'}" in error


def test_too_many_processes_are_refused(train, capsys):
    assert main([*train, "--num-workers=5000", "--dry-run"]) == 2
    assert "num_workers" in capsys.readouterr().err
