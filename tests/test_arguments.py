"""Every argument of the public API, given what it was not meant for.

A value is accepted rightly, or refused by a `ValueError` or `TypeError` that
names the argument, shows what came, and speaks to people.
"""

import contextlib
import importlib
import inspect
import math
import re
import signal
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import keras_gan
from tests import argument_table as table
from tests import tiny

SECONDS = 20
"""For one call; the slowest right ones build a network in a second."""

PYTHONS_WORDS = re.compile(
    "not supported between|unsupported operand|not iterable|has no attribute|"
    "cannot convert|could not convert|cannot be interpreted|must be real|"
    "argument must be|invalid literal|unhashable|ambiguous|positional arg|"
    "not callable|not subscriptable|too large to|out of bounds|__init__|"
    "has no len|truth value|inhomogeneous|isfinite|unpack|no method",
    re.IGNORECASE,
)


class BadRepr:
    def __repr__(self):
        raise RuntimeError("no words")


class BadEquality:
    def __eq__(self, other):
        raise RuntimeError("not comparable")

    __hash__ = None


class Text(str):
    pass


HOSTILE = {
    "None": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
    "numpy True": lambda: np.True_,
    **{repr(n): lambda n=n: n for n in (-1, 0, 1, 2, 3, 2**31, 10**12, 2**63)},
    # Python refuses to print them.
    "10^5000": lambda: 10**5000,
    "-10^5000": lambda: -(10**5000),
    **{
        repr(x): lambda x=x: x
        for x in (-1.0, -1e-9, 0.0, 1e-9, 0.5, 0.999, 1.0, 1.5, 2.0, 16.0)
    },
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "-inf": lambda: -math.inf,
    "1e308": lambda: 1e308,
    "int8": lambda: np.int8(3),
    "int64": lambda: np.int64(3),
    "uint8": lambda: np.uint8(3),
    "int64 -1": lambda: np.int64(-1),
    "float16": lambda: np.float16(0.5),
    "float32": lambda: np.float32(0.5),
    "float64": lambda: np.float64(0.75),
    "float64 nan": lambda: np.float64("nan"),
    "str_": lambda: np.str_("nan"),
    "complex64": lambda: np.complex64(1),
    "datetime64": lambda: np.datetime64("2020-01-01"),
    "empty text": lambda: "",
    "nan text": lambda: "nan",
    "number text": lambda: "1",
    "NUL": lambda: "a\0b",
    "long text": lambda: "x" * 5000,
    "text": lambda: Text("hinge"),
    "bytes": lambda: b"nan",
    "no bytes": lambda: b"",
    "[]": list,
    "[1]": lambda: [1],
    "[0, 1]": lambda: [0, 1],
    "[1, 0]": lambda: [1, 0],
    "[nan, 1]": lambda: [math.nan, 1],
    "[0.5, huge]": lambda: [0.5, 10**400],
    "ragged": lambda: [[1, 2], [3]],
    "[None]": lambda: [None],
    "['a']": lambda: ["a"],
    "(1, 2, 3)": lambda: (1, 2, 3),
    "(2, 2, 0)": lambda: (2, 2, 0),
    "huge shape": lambda: (2**20, 2**20, 3),
    "True shape": lambda: (8, 8, True),
    "{}": dict,
    "dict": lambda: {"name": "x", "a": 1},
    "set": lambda: {1},
    "empty array": lambda: np.zeros(0),
    "no rows": lambda: np.zeros((0, 3)),
    "array ()": lambda: np.array(3),
    "array (2,)": lambda: np.array([1, 2]),
    "array (2, 2)": lambda: np.zeros((2, 2)),
    "array (2, 3, 4, 5, 6)": lambda: np.zeros((2, 3, 4, 5, 6), "uint8"),
    "nan array": lambda: np.full((12, 3), np.nan),
    "object array": lambda: np.array([None, "a", 1], object),
    "text array": lambda: np.array(["1", "2"]),
    "complex array": lambda: np.ones((12, 3), complex),
    "complex": lambda: 1j,
    "tensor": lambda: keras.ops.zeros((2, 3)),
    "symbol": lambda: keras.Input((3,)),
    "lambda": lambda: lambda: None,
    "lambda of any": lambda: lambda *args, **kwargs: 0,
    "int class": lambda: int,
    "layer class": lambda: keras.layers.Dense,
    "layer": lambda: keras.layers.Dense(1),
    "model": keras.Sequential,
    "optimizer": keras.optimizers.SGD,
    "keras loss": keras.losses.MeanSquaredError,
    "initializer": lambda: keras.initializers.Zeros(),
    "function": lambda: keras.activations.tanh,
    "Decimal": lambda: Decimal("0.5"),
    "Fraction": lambda: Fraction(1, 2),
    "huge Fraction": lambda: Fraction(10**400, 3),
    "enum": lambda: table.Colour.RED,
    "int enum": lambda: table.Number.THREE,
    "range": lambda: range(3),
    "iterator": lambda: iter([1, 2]),
    "generator": lambda: (x for x in "ab"),
    "object": object,
    "Ellipsis": lambda: ...,
    "slice": lambda: slice(3),
    "error": lambda: ValueError("no"),
    "module": lambda: math,
    "path": lambda: Path("folder"),
    "no repr": BadRepr,
    "no equality": BadEquality,
}

numbers = st.one_of(
    st.integers(max_value=3),
    st.integers(min_value=2**31),
    st.floats(),
    st.none(),
    st.text(max_size=3),
)
generated = st.one_of(
    numbers,
    st.binary(max_size=3),
    st.lists(st.one_of(numbers, st.lists(numbers, max_size=2)), max_size=4),
    st.tuples(numbers, numbers),
)
known = st.sampled_from(sorted(HOSTILE)).map(HOSTILE.get)
# Made when they are used: an iterator is used up, and Keras draws names.
hostile = st.one_of(known, known, generated.map(lambda value: lambda: value))


def public_callables():
    """Functions and classes by `module.name`, and the methods that sample."""
    found = {}
    for name in keras_gan._MODULES:
        module = importlib.import_module(f"keras_gan.{name}")
        for public in module.__all__:
            if callable(getattr(module, public)):
                found[f"{name}.{public}"] = getattr(module, public)
    return found


PUBLIC = public_callables()
METHODS = (
    *("generate", "latents"),
    *("directions", "interpolate", "invert", "traverse"),
)
CALLED = [
    *(name for name in PUBLIC if name not in table.NOT_CALLED),
    *(f"models.GAN.{method}" for method in METHODS),
]


def callable_of(name):
    if name in PUBLIC:
        return PUBLIC[name]
    return getattr(tiny.gan(), name.rpartition(".")[2])


def parameters_of(name):
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    parameters = inspect.signature(callable_of(name)).parameters.values()
    return [each for each in parameters if each.kind not in variable]


def right_arguments(name):
    """Arguments that `name` accepts, so that one of them can be changed."""
    own = table.OWN_SAMPLES.get(name, dict)()
    needed = [
        parameter.name
        for parameter in parameters_of(name)
        if parameter.default is parameter.empty and parameter.name not in own
    ]
    return {**{each: table.SAMPLES[each]() for each in needed}, **own}


def meaning_of(name, argument):
    own = table.OWN.get(f"{name}.{argument}")
    return own or table.MEANINGS[argument]


@contextlib.contextmanager
def in_time(seconds):
    def late(signum, frame):
        raise AssertionError(f"still not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def call(function, arguments):
    with in_time(SECONDS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with np.errstate(all="ignore"):
            function(**arguments)


def judge(name, function, arguments, argument, value):
    """Says what is wrong with how a value was taken; None if nothing is."""
    right = meaning_of(name, argument)(value)
    if argument in table.FUNCTIONS and callable(value):
        return None
    # An exclusive choice: the other rules are left out.
    if name == "callbacks.GradientClipping" and argument in (
        "norm",
        "global_norm",
    ):
        arguments = {}
    try:
        call(function, {**arguments, argument: value})
    except (ValueError, TypeError) as error:
        if right:
            return f"refused wrongly: {error}"
        return unclear(f"{name}.{argument}", argument, str(error))
    except Exception as error:
        if isinstance(error, table.FILES.get(name, ())):
            return "accepted wrongly" if right is False else None
        late = isinstance(error, AssertionError)
        kind = "hangs" if late else "raw"
        return f"{kind}: {type(error).__name__}: {error}"
    return "accepted wrongly" if right is False else None


def unclear(place, argument, message):
    words, received, _ = message.partition("Received:")
    called = table.SPOKEN_OF_AS.get(place, argument)
    if PYTHONS_WORDS.search(words):
        return f"Python's words: {message}"
    if not re.search(called, message, re.IGNORECASE):
        return f"does not name the argument: {message}"
    if not received:
        return f"does not say what came: {message}"
    return None


def shown(value):
    try:
        return repr(value)[:200]
    except Exception:
        return type(value).__name__


@pytest.fixture(scope="module", autouse=True)
def _files_stay_here(tmp_path_factory):
    with contextlib.chdir(tmp_path_factory.mktemp("arguments")):
        yield


@pytest.mark.parametrize("name", CALLED)
def test_every_argument_has_a_meaning_and_a_right_value(name):
    for parameter in parameters_of(name):
        assert callable(meaning_of(name, parameter.name))
    with contextlib.suppress(*table.FILES.values()):
        call(callable_of(name), right_arguments(name))


def test_what_is_left_out_exists():
    assert set(table.NOT_CALLED) <= set(PUBLIC)


def sweep(name, examples):
    function, arguments = callable_of(name), right_arguments(name)
    names = [parameter.name for parameter in parameters_of(name)]
    if not names:
        return

    @settings(
        max_examples=examples * len(names),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(names), hostile)
    def check(argument, make):
        value = make()
        right = right_arguments(name) if name in table.USED_UP else arguments
        wrong = judge(name, function, right, argument, value)
        assert wrong is None, f"{name}({argument}={shown(value)}): {wrong}"

    check()


@pytest.mark.parametrize("name", CALLED)
def test_hostile_values_are_refused_by_name(name):
    sweep(name, 6)


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLED)
def test_many_hostile_values_are_refused_by_name(name):
    sweep(name, 40)


@pytest.mark.parametrize(
    "arguments",
    [
        {"n": 4, "labels": [1]},
        {"n": 1, "latents": np.zeros((2, tiny.LATENT))},
        {"latents": np.zeros((2, tiny.LATENT)), "labels": [1]},
    ],
    ids=["labels", "latents", "both"],
)
def test_generate_refuses_numbers_that_disagree(arguments):
    with pytest.raises(ValueError, match=r"equally many.*Received: .*="):
        tiny.conditional_gan().generate(**arguments)


@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3), 3])
def test_numpy_integers_are_seeds(seed):
    expected = tiny.gan(seed=3).latents(2, seed=3)
    np.testing.assert_array_equal(
        tiny.gan(seed=seed).latents(2, seed=seed), expected
    )
