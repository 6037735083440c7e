"""`import keras_gan` does the same, whatever started the process."""

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiny

main_module = importlib.import_module("keras_gan.cli.main")
LOAD = "print(type(keras.saving.load_model(sys.argv[-1])).__name__)\n"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "gan.keras"
    tiny.gan_r1_ema(augment="diffaugment").save(path)
    return str(path)


def printed(folder, *arguments):
    """What a Python process prints that runs in a folder."""
    path = os.pathsep.join(p for p in (str(Path.cwd()), *sys.path) if p)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_a_package_run_by_its_name_loads_a_model(tmp_path, saved):
    package = tmp_path / "trainer"
    package.mkdir()
    (package / "__init__.py").write_text("import keras_gan\n")
    (package / "task.py").write_text(f"import sys, keras\n{LOAD}")
    assert printed(tmp_path, "-m", "trainer.task", saved) == "GAN"


@pytest.mark.slow
def test_a_program_of_the_name_of_the_command_loads_a_model(tmp_path, saved):
    program = tmp_path / "keras-gan"
    program.write_text(f"import sys, keras_gan, keras\n{LOAD}")
    assert printed(tmp_path, str(program), saved) == "GAN"


@pytest.mark.parametrize(
    "imports",
    [
        pytest.param("keras, keras_gan", marks=pytest.mark.slow),
        pytest.param("keras_gan.layers, keras", marks=pytest.mark.slow),
        pytest.param(
            "keras_gan.datasets.loading, keras", marks=pytest.mark.slow
        ),
        pytest.param("keras_gan.cli, keras", marks=pytest.mark.slow),
        pytest.param("keras_gan.run_folder, keras", marks=pytest.mark.slow),
        pytest.param("keras_gan.report, keras", marks=pytest.mark.slow),
    ],
)
def test_a_model_loads_in_whichever_order_modules_came(
    tmp_path, saved, imports
):
    code = f"import sys, {imports}\n{LOAD}"
    assert printed(tmp_path, "-c", code, saved) == "GAN"


@pytest.mark.slow
def test_the_package_alone_does_not_load_keras(tmp_path):
    code = (
        "import sys, keras_gan, keras_gan.cli\n"
        "print('keras' in sys.modules, keras_gan.GAN.__name__)"
    )
    assert printed(tmp_path, "-c", code) == "False GAN"


@pytest.mark.slow
def test_keras_is_loaded_as_if_nobody_watched(tmp_path):
    code = (
        "import inspect, sys\n"
        "before = list(sys.meta_path)\n"
        "import keras_gan, keras\n"
        "assert [f for f in sys.meta_path if 'keras_gan' in repr(f)] == []\n"
        "print(type(keras.__loader__) is type(inspect.__loader__),"
        "keras.__spec__.loader is keras.__loader__)"
    )
    assert printed(tmp_path, "-c", code) == "True True"


@pytest.mark.parametrize("how", [("-m", "keras_gan.cli"), ("keras-gan",)])
def test_help_answers_before_keras_is_loaded(tmp_path, how):
    # The second is what pip makes of the entry point.
    (tmp_path / "keras-gan").write_text(
        "import sys\nfrom keras_gan.cli import main\nsys.exit(main())\n"
    )
    (tmp_path / "keras.py").write_text("raise SystemExit('Keras was loaded.')")
    assert "train" in printed(tmp_path, *how, "--help")


def commands():
    """What answers without networks: the list of recipes, and all help."""
    (group,) = [
        action
        for action in main_module._make_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    return [
        ["recipes"],
        ["--help"],
        *([each, "--help"] for each in group.choices),
    ]


def test_the_list_of_recipes_and_help_load_no_framework(tmp_path):
    code = (
        "import sys, warnings\n"
        "from keras_gan.cli.main import main\n"
        f"for arguments in {commands()}:\n"
        "    try:\n"
        "        main(arguments)\n"
        "    except SystemExit:\n"
        "        pass\n"
        "names = ('keras', 'tensorflow', 'torch', 'jax')\n"
        "print('loaded', [each for each in names if each in sys.modules])\n"
    )
    out = printed(tmp_path, "-c", code)
    assert out.splitlines()[-1] == "loaded []"
    assert "quick-64" in out
    assert "--direction" in out
