"""Are chains of operations, and what two at a time gain, added up rightly?"""

import random

import pytest

from tests.benchmarks.op_chains import Graph, inputs_of

DIAMOND = {"a": set(), "b": {"a"}, "c": {"a"}, "d": {"b", "c"}}


def test_a_diamond():
    graph = Graph(DIAMOND, {"a": 1.0, "b": 5.0, "c": 2.0, "d": 1.0})
    assert graph.seconds() == 9.0
    assert graph.chain() == 7.0
    assert graph.side_by_side(1) == 9.0
    assert graph.side_by_side(2) == 7.0


def test_what_was_not_timed_takes_no_time():
    assert Graph(DIAMOND, {"b": 5.0}).side_by_side(2) == 5.0


def test_the_longest_chain_is_begun_first():
    # Begun last, the chain of three would end after 5 seconds.
    inputs = {"w": set(), "x": set(), "1": set(), "2": {"1"}, "3": {"2"}}
    graph = Graph(inputs, dict.fromkeys(inputs, 1.0))
    assert graph.side_by_side(2) == 3.0


def test_no_way_is_faster_than_the_chain_or_the_cores_allow():
    choose = random.Random(0)
    names = [f"op{number}" for number in range(60)]
    inputs = {
        name: set(choose.sample(names[:place], min(place, 2)))
        for place, name in enumerate(names)
    }
    graph = Graph(inputs, {name: choose.random() for name in names})
    alone, two = graph.side_by_side(1), graph.side_by_side(2)
    assert alone == pytest.approx(graph.seconds())
    assert max(graph.chain(), alone / 2) <= two <= alone
    assert graph.side_by_side(60) == pytest.approx(graph.chain())


def test_operations_in_a_ring_are_refused():
    with pytest.raises(ValueError, match="wait for each other"):
        Graph({"a": {"b"}, "b": {"a"}}, {})


def test_a_loop_s_way_back_is_left_out():
    tf = pytest.importorskip("tensorflow")
    nodes = [
        tf.compat.v1.NodeDef(name="enter", op="Enter"),
        tf.compat.v1.NodeDef(name="merge", op="Merge", input=["enter", "next"]),
        tf.compat.v1.NodeDef(
            name="body", op="Add", input=["merge:0", "^enter"]
        ),
        tf.compat.v1.NodeDef(name="next", op="NextIteration", input=["body"]),
    ]
    assert inputs_of(nodes) == {
        "enter": set(),
        "merge": {"enter"},
        "body": {"merge", "enter"},
        "next": {"body"},
    }
