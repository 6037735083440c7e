"""Memory stays flat and nothing is compiled twice, however long it trains."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest
import tiny
from test_callbacks_evaluation import network

from keras_gan import datasets, features
from tests.benchmarks import long_runs, long_runs_page, turns

ROOT = Path(__file__).parents[1]
EPOCHS = 8


class Objects(keras.callbacks.Callback):
    """How many objects the garbage collector knows after each epoch."""

    def __init__(self):
        super().__init__()
        self.epoch, self.counts = 0, []

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1

    def on_epoch_end(self, epoch, logs=None):
        gc.collect()
        self.counts.append(len(gc.get_objects()))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*discriminator:UserWarning")
def test_epochs_leave_nothing_behind_and_compile_once(images, tmp_path):
    gan = tiny.gan_r1_ema()
    # This one asks whether its warm-up is over: a condition to compile.
    rate = keras.optimizers.schedules.CosineDecay(
        1e-3, 1000, warmup_target=1e-3, warmup_steps=500
    )
    gan.compile(keras.optimizers.Adam(rate), keras.optimizers.Adam(rate))
    watching = long_runs.watching(
        tmp_path, images, features.from_model(network(), name="brightness")
    )
    objects = Objects()
    traced = long_runs.count_traces(gan, objects)
    gan.fit(
        images,
        batch_size=16,
        epochs=EPOCHS,
        verbose=0,
        callbacks=[*watching, objects],
    )
    grown = (objects.counts[-1] - objects.counts[3]) / (EPOCHS - 4)
    assert grown < 5
    if keras.backend.backend() != "torch":
        assert max(traced) == 1


def test_windows_go_through_the_data_epoch_by_epoch():
    images, _ = datasets.load("fashion_mnist_sample")
    batches = datasets.ImageBatches(images[:40], batch_size=10, seed=1)
    data = long_runs.windows(batches, 3)
    data.start = 3
    found = [data[index] for index in range(3)]
    for index, (number, passes) in enumerate([(3, 0), (0, 1), (1, 1)]):
        batches.set_epoch(passes)
        assert (found[index] == batches[number]).all()


def test_the_files_are_the_images_moved_and_are_made_once(tmp_path):
    assert long_runs.make_files(tmp_path, 30) is not None
    folder = datasets.ImageFolder(tmp_path)
    images, labels = datasets.load("fashion_mnist_sample")
    assert folder.shape == (30, 28, 28, 1)
    number = int(Path(folder.name_of(7)).stem)
    assert (folder[7] == images[number]).all()
    assert folder.class_names[folder.labels[7]] == str(labels[number])
    assert long_runs.make_files(tmp_path, 30) is None


def test_a_process_answers_and_says_why_it_failed(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.append({str(ROOT)!r})\n"
        "from tests.benchmarks import turns\n"
        "print('noise')\n"
        "for order in turns.orders():\n"
        "    turns.answer(twice=2 * order['number'])\n",
        "utf-8",
    )
    process = turns.Process(script)
    process.tell(number=4)
    assert process.hear() == {"twice": 8}
    process.tell(wrong=1)
    with pytest.raises(RuntimeError, match="KeyError"):
        process.hear()
    process.end()


@pytest.mark.slow
def test_memory_is_flat_over_two_thousand_steps():
    command = [sys.executable, long_runs.__file__, "--run", "40"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    (line,) = [
        line
        for line in found.stdout.splitlines()
        if line.startswith(turns.MARK)
    ]
    run = json.loads(line.removeprefix(turns.MARK))
    after = [long_runs_page.resident_after(run, n) for n in (200, 2_000)]
    assert after[1] - after[0] < 50
    first, last = long_runs_page.quarters(run)
    assert last < 1.5 * first
    assert run["last_traced_in_epoch"] == 1
