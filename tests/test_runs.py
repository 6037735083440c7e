"""A run on disk: atomic files, checkpoints, exact resume."""

import os
import signal

import h5py
import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import recipes, run_folder
from keras_gan._atomic_write import write_bytes
from keras_gan.recipes import override
from keras_gan.run_folder import (
    BestModel,
    Checkpoints,
    Interruption,
    MetricsFile,
    RunFolder,
    draw_losses,
    epochs_done,
    read_metrics,
    restore,
)

SMALL = override(
    recipes.get("quick"),
    [
        ("networks.filters", 2),
        ("networks.dropout", 0.3),
        ("networks.stages", 1),
        ("regularizer.interval", 1),
        ("batch_size", 4),
    ],
)
IMAGES = np.random.default_rng(0).integers(0, 256, (18, 8, 8, 1), "uint8")


def new_gan():
    keras.utils.set_random_seed(5)
    return recipes.assemble(SMALL, (8, 8, 1), seed=5)


def fit(gan, folder, epochs, done=0, extra=()):
    gan.fit(
        recipes.batches(SMALL, IMAGES, seed=5),
        epochs=epochs,
        initial_epoch=done,
        shuffle=False,
        verbose=0,
        callbacks=[*extra, Checkpoints(folder)],
    )


def state(gan):
    values = [*gan.variables, *gan.optimizer.variables]
    return [keras.ops.convert_to_numpy(value).tobytes() for value in values]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class Killed(BaseException):
    """Stands for a process that is gone."""


# ------------------------------------------------------------------ folder


def test_run_names_are_never_used_twice(tmp_path):
    first = RunFolder.unused("quick", tmp_path)
    first.path.mkdir()
    second = RunFolder.unused("quick", tmp_path)
    assert first.path.name.startswith("quick-2")
    assert second.path != first.path


def test_the_newest_run_of_a_recipe_is_found(tmp_path):
    for index, name in enumerate(["quick", "vanilla", "quick"]):
        folder = RunFolder(tmp_path / str(index))
        folder.create({"recipe": {"name": name}})
        os.utime(folder.config, ns=(index, index))
    assert RunFolder.newest("vanilla", tmp_path).path.name == "1"
    assert RunFolder.newest(None, tmp_path).path.name == "2"
    assert RunFolder.newest("dcgan", tmp_path) is None
    assert RunFolder.newest(None, tmp_path / "nowhere") is None


def test_forgetting_removes_only_later_pictures_and_leftovers(tmp_path):
    folder = RunFolder(tmp_path)
    folder.create({})
    folder.images.mkdir()
    for name in ("epoch-0001.png", "epoch-0003.png", ".77-epoch-0002.png"):
        (folder.images / name).touch()
    (folder.backup / ".77-epoch-0002.weights.h5").touch()
    (folder.images / "mine.png").touch()
    folder.forget_after(2)
    assert names(folder.images) == ["epoch-0001.png", "mine.png"]
    assert names(folder.backup) == []


def test_a_folder_without_a_run_is_no_run(tmp_path):
    assert not RunFolder(tmp_path).occupied
    (tmp_path / "file").touch()
    assert RunFolder(tmp_path).occupied
    with pytest.raises(ValueError, match=r"config\.json"):
        RunFolder(tmp_path).read_config()


# ------------------------------------------------------------- exact resume


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    gan = new_gan()
    fit(gan, tmp_path_factory.mktemp("backup"), epochs=3)
    return state(gan)


@pytest.mark.parametrize(
    "killed_in", [1, pytest.param(3, marks=pytest.mark.slow)]
)
def test_resumed_equals_uninterrupted_to_the_bit(
    tmp_path, monkeypatch, uninterrupted, killed_in
):
    """The kill comes when the checkpoint is written, but not in place."""

    def half_written(path, *parts):
        if path.name == f"epoch-{killed_in:04d}.weights.h5":
            path.with_name(f".77-{path.name}").write_bytes(parts[0])
            raise Killed
        write_bytes(path, *parts)

    with monkeypatch.context() as patch:
        patch.setattr(run_folder.checkpoint_file, "write_bytes", half_written)
        with pytest.raises(Killed):
            fit(new_gan(), tmp_path, epochs=3)
    gan = new_gan()
    # Whatever the new process draws before it restores must not matter.
    keras.random.normal((3,))
    done = restore(gan, tmp_path)
    assert done == killed_in - 1
    fit(gan, tmp_path, epochs=3, done=done)
    assert state(gan) == uninterrupted


class OneNumber:
    """Stands for a model: its weights are the number of its updates."""

    def save_weights(self, file):
        with h5py.File(file, "w") as weights:
            weights["optimizer/vars/iterations"] = 7


def test_a_record_of_any_length_can_be_read_again(tmp_path):
    # The block before the weights is of 512 bytes, or twice as many, ... All
    # lengths at which it grows are among these.
    path = tmp_path / "epoch-0001.weights.h5"
    blocks = set()
    for length in (*range(380, 420), *range(890, 930)):
        record = {"text": "a" * length}
        run_folder.checkpoint_file.write(OneNumber(), path, record)
        found = run_folder.checkpoint_file.read(path, epoch=1)
        assert (found.record, found.updates) == (record, 7), length
        blocks.add(path.read_bytes().index(b"\x89HDF"))
    assert blocks == {512, 1024, 2048}


@pytest.mark.slow
def test_the_last_two_checkpoints_are_kept(tmp_path):
    fit(new_gan(), tmp_path, epochs=3)
    assert names(tmp_path) == [
        "epoch-0002.weights.h5",
        "epoch-0003.weights.h5",
    ]
    assert epochs_done(tmp_path) == 3


def test_a_sound_checkpoint_is_not_removed_for_later_ones(tmp_path):
    for epoch in (1, 2, 3, 4):
        (tmp_path / f"epoch-{epoch:04d}.weights.h5").touch()
    run_folder.prune(tmp_path, 2)
    left = [name[6:10] for name in names(tmp_path)]
    assert left == ["0002", "0003", "0004"]


@pytest.mark.slow
def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path):
    fit(new_gan(), tmp_path, epochs=2)
    last = tmp_path / "epoch-0002.weights.h5"
    last.write_bytes(last.read_bytes()[:500])
    with pytest.warns(UserWarning, match="epoch-0002"):
        assert restore(new_gan(), tmp_path) == 1
    last.with_name("epoch-0001.weights.h5").write_bytes(b"")
    with pytest.raises(ValueError, match="No checkpoint can be read"):
        restore(new_gan(), tmp_path)


def test_nothing_to_restore_is_epoch_0(tmp_path):
    assert restore(new_gan(), tmp_path) == 0


# ------------------------------------------------------------- interruption


class Signal(keras.callbacks.Callback):
    """Sends a signal to this process in the second epoch."""

    def __init__(self, number):
        super().__init__()
        self.number = number
        self.batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        if self.batches == 6:
            os.kill(os.getpid(), self.number)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_training_after_the_batch(tmp_path, number):
    names = []
    interruption = Interruption(lambda name, what: names.append(name))
    metrics = MetricsFile(tmp_path / "metrics.csv", [], interruption)
    sender = Signal(number)
    before = signal.getsignal(signal.SIGINT)
    with interruption.listening():
        new_gan().fit(
            recipes.batches(SMALL, IMAGES, seed=5),
            epochs=3,
            shuffle=False,
            verbose=0,
            callbacks=[
                sender,
                interruption,
                metrics,
                Checkpoints(tmp_path, interruption),
            ],
        )
    assert names == [signal.Signals(number).name]
    assert sender.batches == 6
    assert epochs_done(tmp_path) == 1
    assert [row["epoch"] for row in metrics.rows] == [1]
    assert signal.getsignal(signal.SIGINT) is before


# ------------------------------------------------------------------ metrics


def test_metrics_are_read_back_up_to_an_epoch(tmp_path):
    path = tmp_path / "metrics.csv"
    metrics = MetricsFile(path)
    for epoch, logs in enumerate([{"d_loss": 1.5}, {"d_loss": 1.25, "fid": 8}]):
        metrics.on_epoch_begin(epoch)
        metrics.on_epoch_end(epoch, logs)
    first, second = read_metrics(path)
    assert first.keys() == {"epoch", "d_loss", "seconds"}
    assert (second["epoch"], second["d_loss"], second["fid"]) == (2, 1.25, 8.0)
    assert read_metrics(path, 1) == [first]
    assert read_metrics(tmp_path / "none.csv") == []
    again = MetricsFile(path, read_metrics(path, 1))
    again.on_epoch_end(1, {"d_loss": 1.0})
    assert [row["d_loss"] for row in read_metrics(path)] == [1.5, 1.0]


def test_numbers_keep_every_bit(tmp_path):
    value = float(np.float32(0.1))
    metrics = MetricsFile(tmp_path / "metrics.csv")
    metrics.on_epoch_end(0, {"d_loss": value})
    assert read_metrics(tmp_path / "metrics.csv")[0]["d_loss"] == value


def test_a_table_of_something_else_is_told_by_what_it_lacks(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="damaged: it has no column 'epoch'"):
        read_metrics(path)


def test_a_discriminator_s_loss_has_a_panel_of_its_own_beside_a_large_one(
    tmp_path,
):
    from PIL import Image

    rows = [{"epoch": 1, "d_loss": 1.0, "g_loss": 40.0}]
    draw_losses(rows, tmp_path / "gan.png")
    parts = {"g_adversarial": 0.8, "g_l1": 0.4}
    draw_losses([{**rows[0], **parts}], tmp_path / "pix2pix.png")
    heights = []
    for name in ("gan.png", "pix2pix.png"):
        with Image.open(tmp_path / name) as picture:
            heights.append(picture.height)
    # The losses, their adversarial part, the distance.
    assert heights[1] == pytest.approx(heights[0] * 3, abs=3)


def test_the_curves_show_both_players_and_the_penalty(tmp_path):
    from PIL import Image

    rows = [{"epoch": e, "d_loss": 1.0, "g_loss": 2.0} for e in (1, 2)]
    draw_losses(rows, tmp_path / "one.png")
    draw_losses([{**row, "r1": 0.1} for row in rows], tmp_path / "both.png")
    heights = []
    for name in ("one.png", "both.png"):
        with Image.open(tmp_path / name) as picture:
            heights.append(picture.height)
    assert heights[1] == pytest.approx(heights[0] * 2, abs=2)
    draw_losses([], tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_the_curves_may_be_drawn_over_another_count(tmp_path):
    rows = [{"update": n, "d_loss": 1.0, "g_loss": 2.0} for n in (10, 20)]
    draw_losses(rows, tmp_path / "updates.png", by="update")
    assert (tmp_path / "updates.png").exists()


def test_no_epoch_is_between_two(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    ticks = []
    save = Figure.savefig

    def look(figure, *args, **options):
        ticks.extend(figure.axes[-1].get_xticks())
        save(figure, *args, **options)

    monkeypatch.setattr(Figure, "savefig", look)
    for last in (1, 2, 3):
        rows = [{"epoch": 1 + e, "d_loss": 1.0} for e in range(last)]
        draw_losses(rows, tmp_path / "losses.png")
    assert ticks
    assert all(float(each).is_integer() for each in ticks)


# --------------------------------------------------------------- best model


def test_the_best_epoch_is_kept_also_across_a_resume(tmp_path):
    path = tmp_path / "best.keras"
    gan = new_gan()
    best = BestModel(path)
    best.set_model(gan)
    best.on_epoch_end(0, {"fid": 9.0})
    first = path.stat().st_mtime_ns
    best.on_epoch_end(1, {"fid": 9.5})
    best.on_epoch_end(2, {"d_loss": 0.0})
    assert path.stat().st_mtime_ns == first
    cut_short = Interruption()
    cut_short.cut_short = True
    interrupted = BestModel(path, interruption=cut_short)
    interrupted.set_model(gan)
    interrupted.on_epoch_end(1, {"fid": 1.0})
    assert path.stat().st_mtime_ns == first
    resumed = BestModel(path, rows=[{"epoch": 1, "fid": 9.0}])
    resumed.set_model(gan)
    resumed.on_epoch_end(1, {"fid": 9.5})
    assert path.stat().st_mtime_ns == first
    resumed.on_epoch_end(2, {"fid": 8.0})
    assert path.stat().st_mtime_ns > first
    assert isinstance(keras.saving.load_model(path), keras_gan.GAN)
