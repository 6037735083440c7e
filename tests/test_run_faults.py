"""A run whose files are damaged, whose disk is full, or that is in use."""

import errno
import json
import os
import re
import resource
import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from kill_campaign import content, digest, in_model

from keras_gan import (
    _atomic_write,
    callbacks,
    datasets,
    recipes,
    report,
    run_folder,
)
from keras_gan.cli import loading, main
from keras_gan.run_folder import (
    DamagedFileError,
    RunFolder,
    locked,
    updates_of,
)

TRAIN = [
    *("train", "vanilla", "--data=fashion_mnist_sample", "--set=limit=16"),
    *("--batch-size=8", "--set=image_size=8", "--set=model.ema_decay=0.9"),
    *("--set=networks.generator_units=[8]", "--set=evaluation.num_samples=16"),
    "--set=networks.discriminator_units=[8]",
    "--save-every=0",
]
STEPS = 2

# Here they go to stderr, as they do outside of tests.
pytestmark = pytest.mark.filterwarnings("always::UserWarning")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of three epochs."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    assert main([*TRAIN, f"--out={folder}", "--epochs=3"]) == 0
    return folder


@pytest.fixture
def run(finished, tmp_path):
    """A copy of it."""
    return RunFolder(shutil.copytree(finished, tmp_path / "run"))


def resume(run, *more):
    return main(["train", "--resume", f"--out={run.path}", *more])


def fails(capsys, *arguments):
    """Runs a command that must fail with one line, and returns the line."""
    assert main(list(arguments)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def flip(path, place=0.5):
    """Flips one bit."""
    changed = bytearray(path.read_bytes())
    changed[int(len(changed) * place)] ^= 1
    path.write_bytes(changed)


class Killed(BaseException):
    """Stands for a process that is gone."""


# ------------------------------------------------------- which model it is


@pytest.mark.slow
def test_an_extended_run_is_not_finished_until_its_model_is(
    run, tmp_path, monkeypatch, capsys
):
    def killed(path, *parts):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(run_folder.model_file, "write_bytes", killed)
        with pytest.raises(Killed):
            resume(run, "--epochs=4")
    assert updates_of(run.model) == 3 * STEPS
    with pytest.warns(UserWarning, match=r"model\.keras is of an earlier"):
        loaded = loading.load(run.path)
    assert int(loaded.gan.optimizer.iterations.numpy()) == 4 * STEPS
    assert resume(run) == 0
    assert "finished" not in capsys.readouterr().out
    assert updates_of(run.model) == 4 * STEPS
    assert loading.load(run.path).origin == run.model


def test_a_run_is_not_trained_over_when_its_checkpoints_are_gone(run, capsys):
    shutil.rmtree(run.backup)
    # As earlier versions wrote it, without the run's record.
    run_folder.save_model(keras.saving.load_model(run.model), run.model)
    before = run.model.read_bytes()
    error = fails(capsys, "train", "--resume", f"--out={run.path}")
    assert "model.keras is there" in error
    assert run.model.read_bytes() == before
    assert loading.load(run.path).origin == run.model


@pytest.mark.slow
def test_a_run_without_checkpoints_goes_on_from_its_model(
    finished, run, tmp_path
):
    kept = shutil.copytree(finished, tmp_path / "kept")
    shutil.rmtree(run.backup)
    assert resume(run, "--epochs=4") == 0
    assert main(["train", "--resume", f"--out={kept}", "--epochs=4"]) == 0
    again = RunFolder(kept)
    assert digest(in_model(run.model)) == digest(in_model(again.model))
    assert len(run_folder.read_metrics(run.metrics)) == 4


@pytest.mark.slow
def test_a_kill_between_two_checkpoints_costs_no_bit(
    finished, tmp_path, monkeypatch
):
    before = run_folder.BestModel.on_epoch_end

    def kill(self, epoch, logs=None):
        if epoch == 1:
            raise Killed
        before(self, epoch, logs)

    killed = RunFolder(tmp_path / "killed")
    arguments = [*TRAIN, f"--out={killed.path}", "--epochs=3"]
    with monkeypatch.context() as patch:
        patch.setattr(run_folder.BestModel, "on_epoch_end", kill)
        with pytest.raises(Killed):
            main([*arguments, "--save-every=60"])
    assert run_folder.epochs_done(killed.backup) == 1
    assert resume(killed, "--save-every=60") == 0
    assert content(killed.path) == content(finished)


@pytest.mark.slow
def test_a_large_finished_run_keeps_its_state_once(
    finished, run, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("keras_gan.cli.final_save._LARGE", 0)
    run.report.unlink()
    assert resume(run, "--epochs=4") == 0
    assert list(run.backup.iterdir()) == []
    before = run.model.read_bytes()
    assert resume(run) == 0
    assert "finished already: 4 epochs" in capsys.readouterr().out
    assert run.model.read_bytes() == before


# ------------------------------------------------------------------- damage


@pytest.mark.parametrize("name", ["model.keras", "metrics.csv"])
@pytest.mark.parametrize("how", ["flipped", "missing"])
def test_resume_restores_what_follows_from_the_checkpoint(
    finished, run, capsys, name, how
):
    path = run.path / name
    if how == "flipped":
        flip(path)
    else:
        path.unlink()
    assert resume(run) == 0
    said = capsys.readouterr()
    assert name in said.err or (how, name) == ("missing", "model.keras")
    assert content(run.path) == content(finished)


@pytest.mark.slow
def test_a_damaged_checkpoint_gives_way_and_nothing_changes(
    finished, run, capsys
):
    flip(run.backup / "epoch-0003.weights.h5", 0.9)
    assert resume(run) == 0
    assert "epoch-0003.weights.h5 is damaged" in capsys.readouterr().err
    assert content(run.path) == content(finished)


def test_no_sound_checkpoint_is_one_line(run, capsys):
    for path in run.backup.iterdir():
        flip(path)
    error = fails(capsys, "train", "--resume", f"--out={run.path}")
    assert "No checkpoint can be read" in error
    assert "epoch-0003.weights.h5" in error
    # But the model is whole.
    with pytest.warns(UserWarning, match="isn't known whether"):
        assert loading.load(run.path).origin == run.model


def test_a_damaged_model_gives_way_to_the_checkpoint(run):
    flip(run.model)
    with pytest.warns(UserWarning, match=r"model\.keras is damaged"):
        loaded = loading.load(run.path)
    assert loaded.origin == run.backup
    assert int(loaded.gan.optimizer.iterations.numpy()) == 3 * STEPS


def make_best(run, epoch):
    """Rewrites what was measured, so that an epoch is the best of a run."""
    gan = loading.load(run.path).gan
    for each in list(run_folder.sound_checkpoints(run.backup)):
        gan.load_weights(each.path)
        if each.epoch == epoch:
            run_folder.save_model(gan, run.best)
        rows = each.record["rows"]
        for row in rows:
            row["fid"] = 200.0 + abs(row["epoch"] - epoch)
        record = {**each.record, "rows": rows}
        run_folder.checkpoint_file.write(gan, each.path, record)
    run_folder.MetricsFile(run.metrics, rows_of(run)).write()


def rows_of(run):
    return next(run_folder.sound_checkpoints(run.backup)).record["rows"]


@pytest.mark.slow
@pytest.mark.parametrize("how", ["flipped", "missing"])
def test_resume_restores_the_best_model_from_its_checkpoint(run, capsys, how):
    make_best(run, 2)
    before = digest(in_model(run.best))
    if how == "flipped":
        flip(run.best)
    else:
        run.best.unlink()
    assert resume(run) == 0
    assert "best.keras is" in capsys.readouterr().err
    assert digest(in_model(run.best)) == before


@pytest.mark.slow
def test_a_best_model_that_is_lost_is_the_best_of_what_is_left(run, capsys):
    make_best(run, 1)
    flip(run.best)
    assert resume(run) == 0
    said = capsys.readouterr().err
    assert "best.keras is damaged" in said
    assert "Nor is there a checkpoint of its epoch" in said
    assert updates_of(run.best) == 2 * STEPS


def test_every_flipped_byte_of_a_model_is_noticed_or_harmless(run):
    wanted = digest(in_model(run.model))
    whole = run.model.read_bytes()
    random = np.random.default_rng(0)
    # At its end are the names and checksums of what is in it.
    for place in [*random.integers(0, len(whole), 60), *range(-400, 0, 7)]:
        changed = bytearray(whole)
        changed[place] ^= 1 << random.integers(8)
        run.model.write_bytes(changed)
        try:
            run_folder.check_model(run.model)
        except DamagedFileError:
            pass
        else:
            assert digest(in_model(run.model)) == wanted


def test_every_damage_of_a_checkpoint_is_noticed(run):
    path = run.backup / "epoch-0003.weights.h5"
    whole = path.read_bytes()
    random = np.random.default_rng(1)
    places = [*range(0, 64, 3), *random.integers(0, len(whole), 40)]
    for place in map(int, places):
        for damage in (
            whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :],
            whole[:place],
            whole[:place] + bytes(4096) + whole[place + 4096 :],
        ):
            path.write_bytes(damage)
            with pytest.raises(DamagedFileError, match="epoch-0003"):
                run_folder.checkpoint_file.read(path, 3)


def damages(content):
    """Yields what a disk makes of a file."""
    random = np.random.default_rng(len(content))
    for _ in range(2):
        place = int(random.integers(len(content)))
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(random.integers(8))
        yield bytes(flipped)
    place = int(random.integers(len(content)))
    yield content[:place] + bytes(4096) + content[place + 4096 :]
    yield content[:place]
    yield b""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *("config.json", "metrics.csv", "model.keras", "best.keras"),
        *("backup/epoch-0002.weights.h5", "backup/epoch-0003.weights.h5"),
        *("images/epoch-0001.png", "report.html", "losses.png"),
    ],
)
def test_any_damage_is_named_or_does_no_harm(finished, tmp_path, capsys, name):
    """Exit code 0 and all is right, or 2 and one line that names the file."""
    drawn = tmp_path / "drawn.npz"
    generate = ["-n=4", "--seed=1"]
    assert main(["generate", str(finished), *generate, f"--out={drawn}"]) == 0
    with np.load(drawn) as arrays:
        wanted = arrays["images"]
    expected = content(finished)
    for number, damage in enumerate(damages((finished / name).read_bytes())):
        folder = shutil.copytree(finished, tmp_path / str(number))
        (folder / name).write_bytes(damage)
        capsys.readouterr()
        again = tmp_path / f"drawn-{number}.npz"
        anew = [str(folder), *generate, f"--out={again}"]
        if _ends_well(capsys, name, "generate", *anew):
            with np.load(again) as arrays:
                np.testing.assert_array_equal(arrays["images"], wanted)
        if not _ends_well(capsys, name, "train", "--resume", f"--out={folder}"):
            continue
        if name == "backup/epoch-0002.weights.h5":
            # The older one stays as it is: the run goes on from the last.
            (folder / name).unlink()
        found = content(folder)
        if name == "best.keras":
            # The epoch that was best is gone; see above.
            del found[name], found["report.html"]
        for key, value in found.items():
            # Nothing reads these again, and nothing is read from them.
            if not key.endswith((".png", ".gif", "best.keras")):
                assert value == expected[key], key


def _ends_well(capsys, name, *arguments):
    code = main(list(arguments))
    error = capsys.readouterr().err
    assert code in (0, 2)
    if code == 2:
        assert error.count("\nkeras-gan: error") <= 1
        assert name.rpartition("/")[2] in error
    return code == 0


# ------------------------------------------------------------ configuration


def broken(key, value=None):
    """Returns what sets a key of a configuration, or removes it."""

    def change(config):
        *outer, last = key.split(".")
        place = config
        for name in outer:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
        return json.dumps(config).encode()

    return change


BROKEN = {
    "half": (lambda config: json.dumps(config).encode()[:99], "JSON"),
    "nested": (lambda config: b"[" * 10**5, "JSON"),
    "not_utf8": (lambda config: b'{"a": "\xff"}', "JSON"),
    "list": (lambda config: b"[]", "object"),
    "empty": (lambda config: b"", "JSON"),
    "huge": (lambda config: b" " * (17 * 2**20), "bytes"),
    "no_seed": (broken("seed"), "`seed`"),
    "no_recipe": (broken("recipe"), "`recipe`"),
    "no_networks": (broken("recipe.networks"), "`recipe.networks`"),
    "no_name": (broken("recipe.model.name"), "`recipe.model`"),
    "no_data": (broken("data"), "`data`"),
    "no_digest": (broken("data.digest"), "`data.digest`"),
    "text_seed": (broken("seed", "1"), "`seed`"),
    "huge_seed": (broken("seed", 2**99), "`seed`"),
    "flat_shape": (broken("image_shape", 8), "`image_shape`"),
    "list_recipe": (broken("recipe", []), "`recipe`"),
    "text_batch": (broken("recipe.batch_size", "8"), "`batch_size`"),
    "text_units": (
        broken("recipe.networks.generator_units", "8"),
        "networks.generator_units",
    ),
    "unknown": (broken("recipe.nonsense", 1), "nonsense"),
    "other_seed": (broken("seed", 5), "`seed` is 5"),
    "other_rate": (broken("recipe.d_opt.learning_rate", 0.5), "learning_rate"),
    "other_range": (broken("recipe.value_range", [0, 1]), "value_range"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_configuration_that_is_wrong_is_named(run, tmp_path, capsys, name):
    change, key = BROKEN[name]
    run.config.write_bytes(change(json.loads(run.config.read_bytes())))
    for arguments in (
        ["train", "--resume", f"--out={run.path}"],
        ["generate", str(run.path)],
        ["generate", str(run.model)],
        ["evaluate", str(run.path), "--num-samples=2"],
        ["export", str(run.path), f"--out={tmp_path / 'exported'}"],
    ):
        error = fails(capsys, *arguments)
        assert str(run.config) in error
        assert key in error


def test_a_command_in_an_error_can_be_copied(run, capsys):
    folder = run.path.rename(run.path.parent / "with spaces")
    (folder / "config.json").write_text("no JSON")
    error = fails(capsys, "generate", str(folder))
    (command,) = re.findall("`keras-gan (train .*?)`", error)
    assert shlex.split(command) == ["train", "--resume", "--out", str(folder)]


def test_a_configuration_that_was_removed_comes_from_the_checkpoint(
    finished, run, capsys
):
    run.config.unlink()
    assert resume(run) == 0
    assert "config.json is missing" in capsys.readouterr().err
    assert content(run.path) == content(finished)


@pytest.mark.parametrize("recipe", recipes.ALL, ids=lambda each: each.name)
def test_the_configuration_of_every_recipe_is_sound(recipe, tmp_path):
    from keras_gan.cli import run_config

    config = {
        "backend": "tensorflow",
        "recipe": recipe.to_dict(),
        "seed": 0,
        "image_shape": [8, 8, 1],
        "num_classes": None,
        "data": {"num_images": 4, "class_names": None, "digest": "a"},
    }
    folder = RunFolder(tmp_path / "run")
    folder.create(config)
    assert run_config.read(folder)[1] == recipe


# --------------------------------------------------------------- full disks


@pytest.mark.slow
def test_a_disk_that_takes_no_more_costs_no_checkpoint(run, capsys):
    """Files may not grow beyond a size here, as on a full disk."""
    before = {path: path.read_bytes() for path in run.backup.iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        assert resume(run, "--epochs=4") == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    last = capsys.readouterr().err.splitlines()[-1]
    name = run.backup / "epoch-0004.weights.h5"
    assert last == f"keras-gan: error: {name}: {os.strerror(errno.EFBIG)}"
    assert {path: path.read_bytes() for path in run.backup.iterdir()} == before
    assert resume(run) == 0
    assert updates_of(run.model) == 4 * STEPS


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["config.json", "metrics.csv", "model.keras", "best.keras"]
)
def test_state_that_cannot_be_written_is_one_line(
    tmp_path, monkeypatch, capsys, name
):
    before = _atomic_write._sync

    def full(path):
        if path.name.endswith(name):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        before(path)

    monkeypatch.setattr(_atomic_write, "_sync", full)
    out = tmp_path / "run"
    error = fails(capsys, *TRAIN, f"--out={out}", "--epochs=1")
    assert f"{out / name}: No space left on device" in error
    assert not (out / name).exists()
    assert out.exists() == (name != "config.json")


@pytest.mark.slow
def test_a_folder_that_is_removed_meanwhile_is_one_line(
    tmp_path, monkeypatch, capsys
):
    def remove(self, epoch, logs=None):
        shutil.rmtree(out)

    out = tmp_path / "run"
    monkeypatch.setattr(callbacks.ImageSnapshot, "on_epoch_end", remove)
    assert main([*TRAIN, f"--out={out}", "--epochs=1"]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "metrics.csv: No such file or directory" in last


# ---------------------------------------------------------- optional output


@pytest.mark.slow
def test_what_is_only_to_look_at_costs_nothing_else(
    tmp_path, monkeypatch, capsys
):
    def full(*arguments, **settings):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def wrong(*arguments):
        raise RuntimeError("matplotlib is broken")

    def unwritable(path):
        order.append((path / "model.keras").exists())
        raise UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates")

    before = callbacks.ImageSnapshot.on_epoch_end

    def torn(self, epoch, logs=None):
        before(self, epoch, logs)
        if epoch == 0:
            path = self.folder / "epoch-0001.png"
            path.write_bytes(path.read_bytes()[:50])

    order = []
    monkeypatch.setattr(callbacks.TensorBoard, "on_epoch_end", full)
    monkeypatch.setattr(callbacks.TensorBoard, "on_train_end", full)
    monkeypatch.setattr(callbacks.ImageSnapshot, "on_epoch_end", torn)
    monkeypatch.setattr(run_folder, "draw_losses", wrong)
    monkeypatch.setattr(report, "write_report", unwritable)
    out = RunFolder(tmp_path / "run")
    assert main([*TRAIN, f"--out={out.path}", "--epochs=2"]) == 0
    said = capsys.readouterr().err
    for each in ("tensorboard", "losses.png", "epoch-0001.png", "report.html"):
        assert each in said
    assert order == [True]
    assert updates_of(out.model) == 2 * STEPS
    assert out.progress.exists()


@pytest.mark.slow
def test_a_class_folder_need_not_be_utf8(tmp_path, capsys):
    pictures, _ = datasets.load("fashion_mnist_sample", limit=8)
    data = tmp_path / "data"
    for name in (b"caf\xe9", b"plain"):
        folder = data / os.fsdecode(name)
        folder.mkdir(parents=True)
        for index, picture in enumerate(pictures):
            from keras_gan import images

            images.save(images.grid(picture[None]), folder / f"{index}.png")
    out = RunFolder(tmp_path / "run")
    arguments = [f"--out={out.path}", f"--data={data}", "--epochs=1"]
    assert main([*TRAIN, *arguments, "--set=evaluation=none"]) == 0
    assert isinstance(keras.saving.load_model(out.model), keras.Model)


# --------------------------------------------------------------------- lock


def test_a_run_in_use_is_left_alone(run, tmp_path, capsys):
    theirs = run.backup / ".77-epoch-0004.weights.h5"
    theirs.touch()
    with locked(run.path):
        error = fails(capsys, "train", "--resume", f"--out={run.path}")
    assert "in use" in error
    assert theirs.exists()
    new = tmp_path / "new"
    new.mkdir()
    with locked(new):
        assert "in use" in fails(capsys, *TRAIN, f"--out={new}")
    assert not list(new.iterdir())


def test_runs_that_start_at_once_get_folders_of_their_own(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(lambda _: RunFolder.made("quick", tmp_path), range(24))
        )
    assert len({folder.path for folder in made}) == 24


def test_a_lock_file_that_was_left_behind_locks_nobody_out(tmp_path):
    (tmp_path / ".lock").touch()
    used = pytest.raises(run_folder.FolderInUseError)
    with locked(tmp_path), used, locked(tmp_path):
        pass
    assert not list(tmp_path.iterdir())
