"""Which packages the GPU check needs, and which of them are missing."""

import importlib.metadata
import importlib.util

NEEDED = {
    "keras": "keras",
    "numpy": "numpy",
    "optree": "optree",
    "namex": "namex",
    "rich": "rich",
    "ml_dtypes": "ml-dtypes",
    "h5py": "h5py",
    "packaging": "packaging",
    "absl": "absl-py",
    "PIL": "pillow",
    "scipy": "scipy",
}
"""Module -> what pip calls it: without one of them nothing runs."""

FOR_TESTS = {
    "pytest": "pytest",
}
"""Without it, no test is run on the device."""

FRAMEWORKS = {"torch": "torch", "jax": "jax"}


def missing(modules):
    """Returns what pip calls the modules that are not installed."""
    return [name for module, name in modules.items() if not there(module)]


def there(module):
    return importlib.util.find_spec(module) is not None


def say(frameworks):
    """Returns lines that say what is missing, and whether the check can run.

    Args:
        frameworks: Those that were asked for.
    """
    asked = {name: FRAMEWORKS[name] for name in frameworks}
    needed, tests = missing(NEEDED), missing(FOR_TESTS)
    absent = missing(asked)
    lines = []
    if needed:
        lines.append(f"Missing, and nothing runs without: {' '.join(needed)}")
    if absent:
        lines.append(f"Missing, and left out: {' '.join(absent)}")
    if tests:
        lines.append(
            f"Missing, and so the tests are left out: {' '.join(tests)}"
        )
    if lines:
        names = " ".join(needed + tests)
        lines.append(f"Bring wheels along: pip download -d wheels {names}")
    else:
        lines.append("No package is missing.")
    return lines, not needed and len(absent) < len(asked)


def versions():
    names = ("keras", "numpy", *FRAMEWORKS)
    return {
        name: importlib.metadata.version(name) for name in names if there(name)
    }
