"""The command line, run in this process."""

import json
import os
import re
import shutil
import signal
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import run_folder
from keras_gan.cli import main
from keras_gan.cli.interrupting import interruptible
from keras_gan.cli.progress import Progress
from keras_gan.run_folder import RunFolder

DATA = ["--data=fashion_mnist_sample", "--set=limit=64", "--batch-size=32"]
TINY = [
    *DATA,
    "--set=networks.generator_units=[8,8]",
    "--set=networks.discriminator_units=[8]",
    *("--set=regularizer=r1", "--set=model.ema_decay=0.9"),
    "--set=evaluation.num_samples=70",
]
VANILLA = ["train", "vanilla", *TINY]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A folder to run in, so that runs/ is not made in the repository."""
    before = Path.cwd()
    folder = tmp_path_factory.mktemp("elsewhere")
    os.chdir(folder)
    yield folder
    os.chdir(before)


@pytest.fixture(scope="module")
def run(elsewhere):
    """A finished run of two epochs."""
    code = main([*VANILLA, "--epochs=2", "--out=run"])
    assert code == 0
    return elsewhere / "run"


@pytest.fixture(scope="module")
def conditional(elsewhere):
    small = ["--set=networks.filters=2", "--set=networks.critic_filters=[2]"]
    # Two steps are all that there are.
    small.append("--set=model.discriminator_steps=2")
    arguments = ["train", "conditional-wgan-gp", *DATA, *small, "--epochs=1"]
    assert main([*arguments, "--out=conditional"]) == 0
    return elsewhere / "conditional"


@pytest.fixture(scope="module")
def plain(elsewhere):
    """A run of one epoch, told the class and not evaluated."""
    arguments = [*VANILLA, "--set=model=ACGAN", "--set=evaluation=none"]
    assert main([*arguments, "--epochs=1", "--out=plain"]) == 0
    return elsewhere / "plain"


@pytest.fixture(autouse=True)
def _here(elsewhere):
    """Every test runs in the same folder."""


def fails(capsys, *arguments):
    """Runs a command that must fail with one line, and returns the line."""
    assert main(list(arguments)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def weights(path):
    model = keras.saving.load_model(path)
    values = [*model.variables, *model.optimizer.variables]
    return [keras.ops.convert_to_numpy(value).tobytes() for value in values]


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))


# ------------------------------------------------------------------- train


def test_a_run_folder_holds_what_it_should(run):
    found = files(run)
    events = [name for name in found if "tfevents" in name]
    assert events
    assert [name for name in found if name not in events] == [
        "backup/epoch-0001.weights.h5",
        "backup/epoch-0002.weights.h5",
        "best.keras",
        "config.json",
        "images/epoch-0001.png",
        "images/epoch-0002.png",
        "images/real.png",
        "losses.png",
        "metrics.csv",
        "model.keras",
        "progress.gif",
        "report.html",
    ]
    rows = run_folder.read_metrics(run / "metrics.csv")
    assert [row["epoch"] for row in rows] == [1, 2]
    assert {"d_loss", "g_loss", "d_real", "d_fake", "r1", "fid"} <= rows[
        0
    ].keys()
    with Image.open(run / "progress.gif") as animation:
        assert animation.n_frames == 2


def test_whatever_a_killed_write_leaves_is_removed(run, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    for path in [each for each in copy.rglob("*") if each.is_file()]:
        if "tfevents" not in path.name:
            path.with_name(f".77-{path.name}").touch()
    (copy / "images" / "mine.png").touch()
    RunFolder(copy).forget_after(2)
    assert files(copy) == sorted([*files(run), "images/mine.png"])


def test_the_configuration_says_what_ran(run):
    config = json.loads((run / "config.json").read_text())
    assert config["recipe"]["networks"]["discriminator_units"] == [8]
    assert config["recipe"]["epochs"] == 2
    assert config["data"]["num_images"] == 64
    assert config["seed"] == 0
    assert config["backend"] == keras.backend.backend()


def test_the_best_model_is_that_of_the_lowest_distance(run):
    rows = run_folder.read_metrics(run / "metrics.csv")
    distances = [row["fid"] for row in rows]
    is_last = weights(run / "best.keras") == weights(run / "model.keras")
    assert is_last == (distances[1] < distances[0])


def test_without_an_evaluation_the_last_model_is_the_best(plain):
    assert weights(plain / "best.keras") == weights(plain / "model.keras")
    assert "fid" not in run_folder.read_metrics(plain / "metrics.csv")[0]


def test_an_existing_run_is_not_touched(run, capsys):
    before = weights(run / "model.keras")
    error = fails(capsys, *VANILLA, f"--out={run}")
    assert "not empty" in error
    assert "--resume" in error
    assert weights(run / "model.keras") == before


def test_a_finished_run_is_not_trained_again(run, capsys):
    before = (run / "model.keras").stat().st_mtime_ns
    assert main(["train", "--resume", f"--out={run}"]) == 0
    assert "finished already" in capsys.readouterr().out
    assert (run / "model.keras").stat().st_mtime_ns == before


@pytest.mark.slow
def test_the_seed_decides_everything(run, elsewhere):
    arguments = [*VANILLA, "--epochs=2"]
    assert main([*arguments, "--out=again"]) == 0
    again = elsewhere / "again"
    assert weights(again / "model.keras") == weights(run / "model.keras")
    for name in ("epoch-0001.png", "epoch-0002.png"):
        same = (again / "images" / name).read_bytes()
        assert same == (run / "images" / name).read_bytes()


class Killed(BaseException):
    """Stands for a process that is gone."""


@pytest.mark.slow
def test_a_killed_run_goes_on_exactly(run, elsewhere, monkeypatch, capsys):
    def fall(model, path, record):
        raise Killed

    arguments = [*VANILLA, "--epochs=2", "--out=killed"]
    with monkeypatch.context() as patch:
        # Pictures and the row of the first epoch are there by now.
        patch.setattr(run_folder.checkpoint_file, "write", fall)
        with pytest.raises(Killed):
            main(arguments)
    killed = elsewhere / "killed"
    assert (killed / "images" / "epoch-0001.png").exists()
    assert main([*arguments, "--resume"]) == 0
    assert "starts anew" in capsys.readouterr().out
    assert weights(killed / "model.keras") == weights(run / "model.keras")
    assert len(run_folder.read_metrics(killed / "metrics.csv")) == 2
    assert [name for name in files(killed) if "tfevents" not in name] == [
        name for name in files(run) if "tfevents" not in name
    ]


PARTS = ["train", "quick", *DATA, "--batch-size=8", "--set=budget=128"]
PARTS += ["--set=networks.filters=2", "--set=evaluation=none"]


def test_a_budget_of_few_epochs_is_trained_in_parts(elsewhere, capsys):
    assert main([*PARTS, "--dry-run"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "8 epochs of 2 batches of 8 (a part of the data each)" in told
    assert "steps_per_epoch=2" in told
    # Who names the epochs means times through all data.
    assert main([*PARTS, "--epochs=1", "--dry-run"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1 epoch of 8 batches of 8," in told
    assert main([*PARTS, "--set=steps_per_epoch=8", "--dry-run"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "2 epochs of 8 batches of 8, seed" in told


@pytest.mark.slow
def test_a_run_in_parts_is_resumed_exactly(elsewhere, monkeypatch, capsys):
    before = Progress.on_epoch_end

    def interrupt(self, epoch, logs=None):
        before(self, epoch, logs)
        if epoch == 4:
            os.kill(os.getpid(), signal.SIGTERM)

    assert main([*PARTS, "--out=parts"]) == 0
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "on_epoch_end", interrupt)
        assert main([*PARTS, "--out=stopped"]) == 130
    # Which is no number of epochs to end at.
    ends = ["--set=epochs=none"]
    assert main(["train", "--resume", "--out=stopped", *ends]) == 0
    one, other = (elsewhere / name for name in ("parts", "stopped"))
    assert weights(one / "model.keras") == weights(other / "model.keras")
    rows = run_folder.read_metrics(other / "metrics.csv")
    assert [row["epoch"] for row in rows] == list(range(1, 9))
    assert len(list((other / "images").glob("epoch-*.png"))) == 8
    assert (other / "progress.gif").exists()
    # Other data have epochs of their own.
    digits = ["train", "--init=parts", "--data=digits", "--dry-run"]
    assert main([*digits, "--set=budget=3000"]) == 0
    assert "batches of 8 (a part" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_an_interrupted_run_says_how_to_go_on(
    run, elsewhere, monkeypatch, capsys
):
    before = Progress.on_train_batch_end

    def interrupt(self, batch, logs=None):
        before(self, batch, logs)
        if self._epoch == 1 and batch == 0:
            os.kill(os.getpid(), signal.SIGTERM)

    arguments = [*VANILLA, "--epochs=2", "--out=interrupted"]
    with monkeypatch.context() as patch:
        patch.setattr(Progress, "on_train_batch_end", interrupt)
        assert main(arguments) == 130
    out = capsys.readouterr().out
    assert "SIGTERM" in out
    assert "keras-gan train --resume --out interrupted" in out
    interrupted = elsewhere / "interrupted"
    assert not (interrupted / "model.keras").exists()
    assert (interrupted / "losses.png").exists()
    # An unfinished run can already be used.
    assert main(["generate", "interrupted", "-n=2", "--seed=1"]) == 0
    assert main(["train", "--resume", "--out=interrupted"]) == 0
    assert weights(interrupted / "model.keras") == weights(run / "model.keras")


def test_the_time_left_leaves_out_the_first_epoch(monkeypatch, capsys):
    """It compiles: 4 minutes of 1 s each were called 40."""
    clock = iter([0.0, 12.0, 12.0, 13.0, 13.0, 15.0])
    monkeypatch.setattr(
        "keras_gan.cli.progress.time.monotonic", lambda: next(clock)
    )
    progress = Progress(epoch_images=100)
    progress.set_params({"epochs": 21, "steps": 1})
    progress.on_train_begin()
    for epoch in range(3):
        progress.on_epoch_begin(epoch)
        progress.on_epoch_end(epoch, {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(", ")[2] for line in lines] == [
        "at most 4 min 0 s left",
        "19 s left",
        "27 s left",
    ]


@pytest.mark.slow
def test_more_epochs_can_be_asked_of_a_run(run, elsewhere):
    longer = shutil.copytree(run, elsewhere / "longer")
    assert main(["train", "--resume", "--out=longer", "--epochs=3"]) == 0
    rows = run_folder.read_metrics(longer / "metrics.csv")
    assert [row["epoch"] for row in rows] == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["quick"], "the recipe: vanilla. Received: quick"),
        (["--seed=9"], "--seed: 0. Received: 9"),
        (["--batch-size=16"], "batch_size: 32. Received: 16"),
        (["--set=networks.generator_units=[4]"], "[4]"),
        (["--data=mnist"], "data: fashion_mnist_sample. Received: mnist"),
    ],
    ids=str,
)
def test_a_run_is_not_resumed_with_something_else(
    run, capsys, arguments, message
):
    error = fails(capsys, "train", *arguments, "--resume", f"--out={run}")
    assert "resumed with what it was started with" in error
    assert message in error


def test_dry_run_says_all_and_writes_nothing(elsewhere, capsys):
    before = files(elsewhere)
    arguments = ["train", "dcgan", *DATA, "--set=networks.filters=2"]
    assert main([*arguments, "--dry-run", "--seed=7"]) == 0
    out = capsys.readouterr().out
    for text in (
        "64 images 28x28x1",
        "generator",
        "networks.filters=2",
        "runs/dcgan-",
        "seed 7",
        "networks.dcgan: ",
        'output_activation="tanh"',  # A default.
        "Nothing was written",
    ):
        assert text in out
    assert files(elsewhere) == before
    assert not (elsewhere / "runs").exists()


def test_other_data_fit_under_a_recipe(elsewhere, capsys):
    images = np.random.default_rng(0).integers(0, 256, (40, 12, 10, 3))
    np.savez("mine.npz", images=images.astype("uint8"))
    arguments = ["train", "vanilla", "--data=mine.npz", "--dry-run"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "40 images 12x10x3" in out
    assert "batch size is 40" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "quick, "),
        (["quick", "--data=nowhere"], "fashion_mnist"),
        (["dcgan-64"], "--data DIR"),
        (["quick", "--set=nonsense=1"], "batch_size"),
        (["quick", "--set=networks.nonsense=1"], "networks.filters"),
        (["quick", "--set=nonsense"], "key=value"),
        (["quick", *DATA, "--set=networks.kernel_size=-1"], "kernel_size"),
        (["quick", *DATA, "--set=model.ema_decay=2.0"], "ema_decay"),
        (
            ["ac-gan", *DATA, "--set=networks.conditioning=concat"],
            'conditioning="auxiliary"',
        ),
        (["quick", *DATA, "--out=occupied/diary.txt"], "must be a folder"),
        (["--resume"], "no run"),
        (["quick", "--resume", "--out=occupied"], "config.json"),
        (["--resume", "--out=trained-bifore"], "mean 'trained-before'?"),
        (["--resume", "--out=elsewhere"], "no run in elsewhere to resume"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_usage_is_one_line(elsewhere, capsys, arguments, message):
    occupied = elsewhere / "occupied"
    occupied.mkdir(exist_ok=True)
    (occupied / "diary.txt").touch()
    before = elsewhere / "trained-before"
    before.mkdir(exist_ok=True)
    (before / "config.json").touch()
    assert message in fails(capsys, "train", *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian", "quick"], "Did you mean 'train'?"),
        (["train", "quick", "--epohcs", "3"], "Did you mean '--epochs'?"),
        (["train", "--epohcs=3"], "no option --epohcs. Did you mean"),
        (["export", "r", "--format=onx", "--out=o"], "Did you mean 'onnx'?"),
        (["train", "quick", "--zzz"], "no option --zzz\n"),
        (["frobnicate"], "'recipes')\n"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_misspelt_is_answered_by_what_there_is(
    arguments, message, capsys
):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--epochs=0"],
        ["train", "--seed=-1"],
        ["train", "--batch-size=x"],
        ["nonsense"],
    ],
    ids=str,
)
def test_arguments_of_the_wrong_form_exit_with_2(capsys, arguments):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def test_a_conditional_recipe_refuses_data_without_labels(capsys):
    np.savez("plain.npz", images=np.zeros((8, 8, 8, 1), "uint8"))
    error = fails(capsys, "train", "conditional-wgan-gp", "--data=plain.npz")
    assert "subfolder" in error


def test_a_recipe_trains_under_a_model_that_is_told_the_class(plain):
    found = keras.saving.load_model(plain / "model.keras")
    assert type(found) is keras_gan.ACGAN


@pytest.mark.slow
def test_a_recipe_trains_under_a_conditional_model(elsewhere):
    arguments = [*VANILLA, "--set=model=ConditionalGAN", "--epochs=1"]
    assert main([*arguments, "--out=told"]) == 0
    found = keras.saving.load_model(elsewhere / "told" / "model.keras")
    assert type(found) is keras_gan.ConditionalGAN


def test_a_place_that_cannot_be_written_is_one_line(capsys):
    # Also true for root, whom permissions don't stop.
    Path("file").touch()
    error = fails(capsys, *VANILLA, "--out=file/run")
    assert "file/run" in error


def test_a_disk_that_fills_up_is_one_line(elsewhere, monkeypatch, capsys):
    def full(handle):
        raise OSError(28, "No space left on device")

    arguments = [*VANILLA, "--epochs=1", "--out=full"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        error = fails(capsys, *arguments)
    assert "No space left" in error
    assert not files(elsewhere / "full")


# ---------------------------------------------------------------- generate


def test_generate_draws_a_grid(run, capsys):
    assert main(["generate", str(run), "-n=6", "--out=grid.png"]) == 0
    with Image.open("grid.png") as picture:
        assert picture.size == (3 * 58 + 2, 2 * 58 + 2)
    assert "6 images" in capsys.readouterr().out


def test_generate_writes_arrays(run):
    arguments = ["generate", str(run / "model.keras"), "--seed=3", "-n=5"]
    assert main([*arguments, "--out=samples.npz"]) == 0
    with np.load("samples.npz") as arrays:
        assert arrays.files == ["images"]
        images = arrays["images"]
    assert images.dtype == np.uint8
    gan = keras.saving.load_model(run / "model.keras")
    assert isinstance(gan, keras_gan.GAN)
    expected = keras_gan.images.to_uint8(gan.generate(5, seed=3))
    np.testing.assert_array_equal(images, expected)


def test_generate_knows_classes(conditional):
    arguments = ["generate", str(conditional)]
    for number, (extra, expected) in enumerate(
        [
            (["--labels=all"], np.repeat(np.arange(10), 8)),
            (["--labels=7,2", "-n=4"], [7, 7, 2, 2]),
            (["-n=3", "--labels=1,2"], [1, 1, 2]),
        ]
    ):
        out = f"classes-{number}.npz"
        assert main([*arguments, *extra, f"--out={out}"]) == 0
        with np.load(out) as arrays:
            np.testing.assert_array_equal(arrays["labels"], expected)
            assert len(arrays["images"]) == len(expected)


def test_a_class_is_a_row(conditional):
    assert main(["generate", str(conditional), "--out=rows.png"]) == 0
    with Image.open("rows.png") as picture:
        assert picture.size == (8 * 58 + 2, 10 * 58 + 2)


def test_bad_requests_for_images_are_one_line(run, conditional, capsys):
    generate = ("generate", str(run))
    assert "not conditional" in fails(capsys, *generate, "--labels=1")
    assert ".npz" in fails(capsys, *generate, "--out=images.txt")
    assert "folder of a run" in fails(capsys, "generate", "nowhere")
    Path("torn.keras").write_bytes(b"nonsense")
    assert "can't be loaded" in fails(capsys, "generate", "torn.keras")
    error = fails(capsys, "generate", str(conditional), "--labels=10")
    assert "from 0 to 9" in error


# ---------------------------------------------------------------- evaluate


def test_evaluate_prints_one_object(run, capsys):
    arguments = ["evaluate", str(run), "--num-samples=64", "--json"]
    assert main(arguments) == 0
    scores = json.loads(capsys.readouterr().out)
    assert {"fid", "kid", "precision", "recall"} <= scores.keys()
    assert (scores["num_real"], scores["num_fake"]) == (64, 64)
    assert scores["extractor"].startswith("fashion_mnist-classifier")
    assert scores["real_split"] == "test"


def test_evaluate_takes_samples(capsys):
    images, _ = keras_gan.datasets.load("fashion_mnist_sample", "test")
    np.savez("real.npz", images=images[::20])
    arguments = ["--metrics=fid,precision", "--json", "--num-samples=100"]
    data = "--data=fashion_mnist_sample"
    assert main(["evaluate", "real.npz", data, *arguments]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["precision"] == 1.0
    assert scores["fid"] == pytest.approx(0.0, abs=1e-3)
    assert "recall" not in scores


def test_evaluate_needs_to_know_what_is_real(run, capsys):
    np.savez("some.npz", images=np.zeros((8, 8, 8, 1), "uint8"))
    assert "--data" in fails(capsys, "evaluate", "some.npz")
    assert "some.npy" in fails(capsys, "evaluate", "some.npy")
    error = fails(capsys, "evaluate", str(run), "--metrics=nonsense")
    assert "fid" in error
    error = fails(capsys, "evaluate", str(run), "--real-split=val")
    assert "--real-split val" in error


def test_bad_requests_for_numbers_are_one_line(capsys):
    images, _ = keras_gan.datasets.load("fashion_mnist_sample", limit=40)
    np.savez("forty.npz", images=images)
    np.savez("flat.npz", images=images.reshape(40, -1))
    data = "--data=fashion_mnist_sample"
    for arguments, expected in (
        (["forty.npz", "--metrics=fid,fidd"], "label_accuracy"),
        (["forty.npz", "--metrics=precison"], "Did you mean 'precision'?"),
        (["forty.npz", "--metrics=label_accuracy"], "an array of that name"),
        (["forty.npz", "--k=40"], "k=40"),
        (["forty.npz", "--extractor=inception"], "weights of Inception-v3"),
        (["forty.npz", "--extractor=forty.npz"], "forty.npz"),
        (["flat.npz"], "shape=(40, 784)"),
        (["runs/none", "--metrics=psnr,ssim"], "measured by psnr and ssim"),
    ):
        assert expected in fails(capsys, "evaluate", *arguments, data)


def test_evaluate_takes_floats_for_what_they_are(capsys):
    images, _ = keras_gan.datasets.load("fashion_mnist_sample", limit=40)
    np.savez("floats.npz", images=keras_gan.images.to_float(images))
    data = ["--data=fashion_mnist_sample", "--real-split=train"]
    counts = ["--num-samples=40", "--metrics=sliced_wasserstein", "--json"]
    assert main(["evaluate", "floats.npz", *data, *counts]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["sliced_wasserstein"] == 0.0


def test_evaluate_prints_json_where_a_number_is_infinite(capsys):
    images, _ = keras_gan.datasets.load("fashion_mnist_sample", limit=40)
    np.savez("same.npz", images=images)
    data = ["--data=fashion_mnist_sample", "--real-split=train"]
    counts = ["--num-samples=40", "--metrics=psnr,ssim", "--json"]
    assert main(["evaluate", "same.npz", *data, *counts]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["psnr"] is None
    assert scores["ssim"] == pytest.approx(1.0)


# ---------------------------------------------------------- export, recipes


def test_export_refuses_to_overwrite(run, capsys):
    Path("there").mkdir(exist_ok=True)
    error = fails(capsys, "export", str(run), "--out=there")
    assert "exists" in error


@pytest.mark.slow
@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a TensorFlow format"
)
def test_export_makes_the_same_images(run):
    assert main(["export", str(run), "--out=exported"]) == 0
    served = keras.layers.TFSMLayer("exported", call_endpoint="serve")
    gan = keras.saving.load_model(run / "model.keras")
    latents = gan.latents(3, seed=1)
    np.testing.assert_allclose(
        served(latents), gan.generate(latents=latents), atol=1e-5
    )


def test_recipes_lists_all(capsys):
    assert main(["recipes"]) == 0
    out = capsys.readouterr().out
    for recipe in keras_gan.recipes.ALL:
        assert recipe.name in out
        assert recipe.system in out
    assert "1.5M + 534k" in out
    assert "FID" in out
    assert "KID" in out  # Of colour pictures.


@pytest.mark.parametrize("name", ["pix2pix", "cyclegan", "super-resolution"])
def test_recipes_shows_time_and_score_of_translators(name, capsys):
    assert main(["recipes"]) == 0
    rows = capsys.readouterr().out.splitlines()
    (row,) = [each for each in rows if each.split()[:1] == [name]]
    assert re.search(r"(\d+ s|\d+:\d\d|min).*KID \d", row)


def swallow(number):
    """What a library may do where it is imported."""
    try:
        signal.raise_signal(number)
    except BaseException:
        return


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_that_an_import_swallows_is_not_lost(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interruptible(number):
        swallow(number)
    assert signal.getsignal(number) is before
