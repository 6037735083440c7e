"""Modules import each other in one direction, and never in a circle."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LAYERS = (
    # What everybody may use; it knows nothing of GANs.
    ("_wrapped_loader",),
    ("_version", "_typing", "_registration", "_printable", "_checks"),
    ("_method_names",),
    ("_arrays", "_atomic_write", "_charts", "_copies", "_short_repr", "memory"),
    ("_drawing", "_mp4", "_start_messages"),
    ("_curves", "_scatter", "backend"),
    ("images",),
    ("schedules",),
    ("augment", "datasets", "layers", "losses", "optimizers", "regularizers"),
    ("features", "latents", "networks"),
    ("metrics", "models"),
    ("callbacks", "plotting", "run_folder"),
    ("recipes", "report"),
    ("presets",),
    ("cli",),
)
"""From the lowest to the highest: a package or module imports lower ones.

Those in one row do not import each other. There are no exceptions.
"""


def modules():
    """The name of each module, with its file."""
    found = {}
    for path in sorted(ROOT.glob("keras_gan/**/*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imported(name, *, also_in_functions):
    """The modules of the package that a module imports."""
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    return {
        target
        for node in statements(tree, also_in_functions)
        for target in targets(node)
        if target in MODULES
    }


def statements(tree, also_in_functions):
    """All statements that are run, at import or later."""
    for node in ast.iter_child_nodes(tree):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and not also_in_functions:
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from statements(node, also_in_functions)


def targets(node):
    """What an import statement names, modules and what is in them."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "Imports are absolute."
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if inner in MODULES else node.module


def place(name):
    """The package or module directly in `keras_gan` that a module is in."""
    return name.split(".")[1]


def height(name):
    """The number of a module's layer."""
    return next(
        number for number, layer in enumerate(LAYERS) if place(name) in layer
    )


def test_every_module_has_a_layer():
    known = {each for layer in LAYERS for each in layer}
    assert {place(name) for name in MODULES if "." in name} == known


def test_no_import_closes_a_circle():
    graph = {name: imported(name, also_in_functions=False) for name in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"These import each other: {' <- '.join(error.args[1])}")


def test_imports_go_from_higher_layers_to_lower_ones():
    wrong = [
        f"{name} imports {target}"
        for name in MODULES
        if "." in name
        for target in imported(name, also_in_functions=True)
        if target == "keras_gan"
        or (place(name) != place(target) and height(name) <= height(target))
    ]
    assert wrong == []
