"""The C library keeps memory where asked to, and is as before afterwards."""

import platform
import resource
import subprocess
import sys

import pytest

from keras_gan import memory
from keras_gan.cli import main
from tests import tiny

glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's"
)


class Libc:
    def __init__(self):
        self.calls = []

    def mallopt(self, number, value):
        self.calls.append((number, value))
        return 1


def test_mapping_is_off_inside_and_on_again_after_an_error(monkeypatch):
    libc = Libc()
    monkeypatch.setattr(memory, "_glibc", lambda: libc)
    during = [(-4, 0), (-1, 2**31 - 1)]

    def fail():
        with memory.keep_freed():
            assert libc.calls == during
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert libc.calls[2:] == [(-4, 65_536), (-3, 2**25), (-1, 2**26)]


@pytest.mark.slow
def test_fit_leaves_the_allocator_of_its_process_alone(monkeypatch, images):
    libc = Libc()
    monkeypatch.setattr(memory, "_glibc", lambda: libc)
    tiny.gan().fit(images, verbose=0)
    assert libc.calls == []


@pytest.mark.slow
def test_the_command_line_keeps_memory_while_it_trains(monkeypatch, tmp_path):
    libc = Libc()
    monkeypatch.setattr(memory, "_glibc", lambda: libc)
    data = ["--data=fashion_mnist_sample", "--set=limit=32", "--batch-size=16"]
    small = [
        "--set=networks.generator_units=[4,4]",
        "--set=networks.discriminator_units=[4]",
        "--set=evaluation=null",
    ]
    out = f"--out={tmp_path / 'run'}"
    assert main(["train", "vanilla", *data, *small, "--epochs=1", out]) == 0
    numbers = [number for number, _ in libc.calls]
    assert numbers == [-4, -1, -4, -3, -1]


@pytest.mark.parametrize("name", ["MALLOC_MMAP_MAX_", "GLIBC_TUNABLES"])
def test_settings_of_the_user_are_left_alone(monkeypatch, name):
    monkeypatch.setenv(name, "")
    assert memory._glibc() is None


def test_without_glibc_nothing_happens(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("musl", "1.2"))
    with memory.keep_freed():
        assert memory._glibc() is None


def page_faults():
    """Of ten blocks of 64 MiB, taken and given back one after the other.

    Outside of `keep_freed`, then inside; without Keras, which takes long to
    load.
    """
    script = (
        "import contextlib, ctypes, resource, runpy\n"
        f"kept = runpy.run_path({memory.__file__!r})['keep_freed']\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.malloc.restype = ctypes.c_void_p\n"
        "libc.malloc.argtypes = [ctypes.c_size_t]\n"
        "libc.free.argtypes = [ctypes.c_void_p]\n"
        "def turn():\n"
        "    block = libc.malloc(2**26)\n"
        "    ctypes.memset(block, 1, 2**26)\n"
        "    guard = libc.malloc(100)\n"
        "    libc.free(block)\n"
        "def faults():\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "for where in (contextlib.nullcontext(), kept()):\n"
        "    with where:\n"
        "        turn()\n"
        "        before = faults()\n"
        "        for _ in range(10):\n"
        "            turn()\n"
        "        print(faults() - before)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True
    )
    return [int(count) for count in found.stdout.split()[-2:]]


@glibc
def test_kept_blocks_are_not_mapped_anew():
    pages = 10 * 2**26 // resource.getpagesize()
    mapped, kept = page_faults()
    assert kept < pages / 10 < mapped
