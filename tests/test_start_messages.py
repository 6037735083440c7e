"""TensorFlow starts without a word, unless something is wrong."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

NOISE = (
    b"WARNING: All log messages before absl::InitializeLog() is called are "
    b"written to STDERR\\n"
    b"I0000 00:00:1700000000.1 1 port.cc:153] oneDNN custom operations.\\n"
    b"To enable the following instructions: AVX2, rebuild TensorFlow.\\n"
)


def started(folder, tensorflow, code="import tensorflow", **environment):
    """What a process writes to stderr that loads a TensorFlow of its own."""
    (folder / "tensorflow.py").write_text(textwrap.dedent(tensorflow))
    # Keras would need the real one.
    code = f"from keras_gan import _start_messages\n{code}"
    path = os.pathsep.join([str(folder), str(Path.cwd())])
    kept = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": path, **environment},
        capture_output=True,
        check=False,
    )
    return done.stderr.decode()


def writes(words):
    return f"import os\nos.write(2, b'''{words.decode()}''')\n"


def test_information_is_left_out(tmp_path):
    assert started(tmp_path, writes(NOISE)) == ""


def test_errors_and_warnings_stay(tmp_path):
    matters = b"E0000 00:00:1.1 1 dnn.cc:1] wrong version\\nUserWarning: old\\n"
    said = started(tmp_path, writes(NOISE + matters))
    assert said.splitlines() == [
        "E0000 00:00:1.1 1 dnn.cc:1] wrong version",
        "UserWarning: old",
    ]


def test_all_is_said_where_it_fails(tmp_path):
    said = started(tmp_path, writes(NOISE) + "raise ImportError('broken')\n")
    assert "oneDNN" in said
    assert "ImportError: broken" in said


def test_whoever_sets_the_variable_sees_what_it_says(tmp_path):
    said = started(tmp_path, writes(NOISE), TF_CPP_MIN_LOG_LEVEL="0")
    assert "oneDNN" in said


def test_the_value_that_jax_sets_is_nobodys_wish(tmp_path):
    said = started(tmp_path, writes(NOISE), TF_CPP_MIN_LOG_LEVEL="1")
    assert said == ""


def test_the_module_keeps_its_own_loader(tmp_path):
    code = (
        "import tensorflow, inspect, sys\n"
        "assert tensorflow.__spec__.loader is tensorflow.__loader__\n"
        "assert type(inspect.__loader__) is type(tensorflow.__loader__)\n"
        "assert not [f for f in sys.meta_path if '_start_messages' in repr(f)]"
    )
    assert started(tmp_path, "x = 1\n", code) == ""


@pytest.mark.parametrize("level", ["2", "3"])
def test_whoever_asks_for_less_gets_less(tmp_path, level):
    """Tutorials set the variable so, and the lines before it came still."""
    code = (
        "import os, tensorflow\n"
        f"assert os.environ['TF_CPP_MIN_LOG_LEVEL'] == '{level}'"
    )
    said = started(tmp_path, writes(NOISE), code, TF_CPP_MIN_LOG_LEVEL=level)
    assert said == ""


@pytest.mark.slow
def test_the_real_one_starts_without_a_word():
    code = "import keras_gan, keras, tensorflow as tf; tf.zeros(1)"
    kept = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
