"""Processes that decode make the batches that this process would make."""

import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import datasets
from keras_gan.datasets import (
    Decoding,
    ImageBatches,
    ImageFolder,
    PairBatches,
    UnpairedBatches,
    workers,
)
from tests import tiny

WORKERS = 2
posix = pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals of POSIX")


def pictures(folder, count, size=(12, 12), seed=0):
    folder.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    for number in range(count):
        pixels = generator.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:03}.png")


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    root = tmp_path_factory.mktemp("classes")
    for seed, name in enumerate(("cats", "dogs")):
        pictures(root / name, 27, seed=seed)
    return root


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    root = tmp_path_factory.mktemp("halves")
    pictures(root / "train", 21, (12, 24))
    return root


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    root = tmp_path_factory.mktemp("sides")
    pictures(root / "trainA", 21, seed=1)
    pictures(root / "trainB", 34, seed=2)
    return root


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    root = tmp_path_factory.mktemp("partners")
    pictures(root / "a", 21, (6, 6), seed=1)
    pictures(root / "b", 21, seed=2)
    return root


def of_classes(request, decoding, memory=0):
    found = datasets.source(
        request.getfixturevalue("classes"), memory=memory, decoding=decoding
    )
    return ImageBatches(
        found.images, found.labels, batch_size=20, seed=3, flip=True
    )


def of_halves(request, decoding, memory=0):
    found = datasets.pairs(
        request.getfixturevalue("halves"), memory=memory, decoding=decoding
    )
    return PairBatches(found, batch_size=8, seed=3, jitter=4, flip=True)


def of_partners(request, decoding, memory=0):
    found = datasets.pairs(
        request.getfixturevalue("partners"), memory=memory, decoding=decoding
    )
    return PairBatches(found, batch_size=8, seed=3, jitter=4, flip=True)


def of_smaller(request, decoding, memory=0):
    found = datasets.pairs(
        request.getfixturevalue("classes"),
        scale=3,
        memory=memory,
        decoding=decoding,
    )
    return PairBatches(found, batch_size=40, seed=3, jitter=3, flip=True)


def of_sides(request, decoding, memory=0):
    found = datasets.unpaired(
        request.getfixturevalue("sides"), memory=memory, decoding=decoding
    )
    return UnpairedBatches(found, batch_size=8, seed=3, jitter=4, flip=True)


KINDS = [of_classes, of_halves, of_partners, of_smaller, of_sides]
every_kind = pytest.mark.parametrize("kind", KINDS)


def all_of(batches, epochs=(0, 1)):
    found = []
    for epoch in epochs:
        batches.set_epoch(epoch)
        found += [batches[index] for index in range(len(batches))]
    return found


def assert_same(found, expected):
    keras.tree.map_structure(np.testing.assert_array_equal, found, expected)


@every_kind
def test_batches_are_those_of_this_process(request, kind):
    ahead = kind(request, Decoding(num_workers=WORKERS))

    assert_same(all_of(ahead), all_of(kind(request, None)))
    assert multiprocessing.active_children()


@every_kind
def test_batches_are_those_from_memory(request, kind):
    ahead = kind(request, Decoding(num_workers=WORKERS))

    assert_same(all_of(ahead), all_of(kind(request, None, memory=2**30)))


@every_kind
def test_an_epoch_begun_anew_is_the_uninterrupted_one(request, kind):
    decoding = Decoding(num_workers=WORKERS)
    whole = all_of(kind(request, decoding), range(3))
    resumed = kind(request, decoding)

    assert_same(all_of(resumed, [2]), whole[-len(resumed) :])


def test_batches_are_the_same_in_any_order(request):
    ahead = of_classes(request, Decoding(num_workers=WORKERS))
    here = of_classes(request, None)

    for index in (1, 0, 0, 1, 2, 2, 0):
        assert_same(ahead[index], here[index])


def test_an_epoch_that_is_left_does_not_come_again(request):
    ahead = of_classes(request, Decoding(num_workers=WORKERS))
    ahead[0]

    assert_same(all_of(ahead, [5]), all_of(of_classes(request, None), [5]))


def test_a_copy_of_batches_looks_ahead_by_itself(request):
    ahead = of_classes(request, Decoding(num_workers=WORKERS))
    first = ahead[0]
    copied = pickle.loads(pickle.dumps(ahead))

    assert_same(copied[0], first)
    assert_same(copied[1], ahead[1])


@pytest.mark.parametrize("kind", [of_classes, of_sides, of_halves])
def test_a_folder_is_read_into_memory_by_processes(request, kind):
    read = kind(request, Decoding(num_workers=WORKERS), memory=2**30)

    assert_same(all_of(read), all_of(kind(request, None)))


@pytest.mark.slow_on_tensorflow
def test_a_model_trains_on_them_as_on_those_of_this_process(classes):
    def weights_after(decoding):
        gan = tiny.made_afresh(tiny.gan)
        found = datasets.source(
            classes, image_size=8, channels=1, memory=0, decoding=decoding
        )
        batches = ImageBatches(found.images, batch_size=20, seed=3)
        gan.fit(batches, epochs=2, shuffle=False, verbose=0)
        return gan.get_weights()

    assert_same(
        weights_after(Decoding(num_workers=WORKERS)), weights_after(None)
    )


# ------------------------------------------------------------ damaged files


@pytest.fixture
def torn(tmp_path):
    pictures(tmp_path / "of", 40)
    file = tmp_path / "of" / "007.png"
    file.write_bytes(file.read_bytes()[:200])
    return tmp_path / "of"


def batches_of(folder, num_workers):
    return ImageBatches(
        ImageFolder(folder, num_workers=num_workers), batch_size=40
    )


def test_a_torn_image_is_replaced_and_named_as_without(torn):
    with pytest.warns(UserWarning, match=r"007\.png") as here:
        expected = batches_of(torn, 0)[0]
    ahead = batches_of(torn, WORKERS)
    with pytest.warns(UserWarning, match=r"007\.png") as there:
        found = ahead[0]

    assert_same(found, expected)
    assert [str(w.message) for w in there] == [str(w.message) for w in here]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ahead.set_epoch(1)
        ahead[0]  # Its stand-in is known by now.


def test_a_folder_that_is_gone_is_an_error(torn):
    ahead = batches_of(torn, WORKERS)
    shutil.rmtree(torn)

    with pytest.raises(ValueError, match="is not there any more"):
        ahead[0]
    assert "is not there any more" in str(ahead.failure)


# ------------------------------------------------------------- the processes


def asked(expression):
    (answer,) = workers.in_order([partial(eval, expression)], WORKERS)
    return answer


def test_a_killed_process_is_an_error_and_the_next_try_has_others():
    victim = asked("__import__('os').getpid()")
    os.kill(victim, signal.SIGTERM)

    with pytest.raises(ChildProcessError, match="smaller `num_workers`"):
        list(workers.in_order([partial(time.sleep, 5)] * 4, WORKERS))
    assert asked("1 + 1") == 2


def test_what_a_task_raises_and_warns_of_arrives():
    with pytest.raises(ZeroDivisionError):
        asked("1 / 0")
    with pytest.warns(UserWarning, match="^too bright$"):
        asked("__import__('warnings').warn('too bright')")


def test_as_many_as_are_wanted_and_windows_can_wait_for():
    for wrong in (-1, 1.5, 10**6, "2", None, True):
        with pytest.raises(ValueError, match="num_workers"):
            Decoding(num_workers=wrong)


PROGRAM = """
import functools, os, sys, time
print("begins", flush=True)
import keras_gan
from keras_gan.datasets import workers
asked = ["sorted({'keras', 'tensorflow', 'jax', 'torch'} & set("
         "__import__('sys').modules))", "__import__('os').getpid()"]
for answer in workers.in_order([functools.partial(eval, a) for a in asked], 1):
    print(answer, flush=True)
TAIL
"""


def started(tmp_path, tail):
    """A program without a guard that has one process to decode."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("TAIL", tail))
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    return subprocess.Popen(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until_gone(pid):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow_on_tensorflow
def test_a_process_imports_neither_the_program_nor_a_framework(tmp_path):
    program = started(tmp_path, "import keras; print('done')")
    out, err = program.communicate(timeout=200)

    assert program.returncode == 0, err
    begins, modules, pid, done = out.split("\n")[:4]
    assert (begins, modules, done) == ("begins", "[]", "done")
    if os.name == "posix":
        assert wait_until_gone(int(pid))


@posix
def test_processes_end_with_a_killed_program(tmp_path):
    program = started(tmp_path, "time.sleep(60)")
    pid = int([program.stdout.readline() for _ in range(3)][-1])
    program.kill()
    program.communicate()

    assert wait_until_gone(pid)


@pytest.mark.slow_on_tensorflow
@posix
def test_ctrl_c_ends_a_program_and_its_processes_silently(tmp_path):
    tail = (
        "import signal\n"
        # Jobs in the background of a shell ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "tasks = [functools.partial(time.sleep, 0.5)] * 100\n"
        "try:\n"
        "    print('ready', flush=True)\n"
        "    list(workers.in_order(tasks, 1))\n"
        "except KeyboardInterrupt:\n    print('stopped')\n"
    )
    program = started(tmp_path, tail)
    pid = int([program.stdout.readline() for _ in range(4)][-2])
    time.sleep(0.7)
    os.killpg(program.pid, signal.SIGINT)
    out, err = program.communicate(timeout=120)

    assert (program.returncode, out, err) == (0, "stopped\n", "")
    assert wait_until_gone(pid)
