"""Summaries as TensorBoard reads them, made without any framework."""

import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

Summary = Any
"""A `tensorboard.compat.proto.summary_pb2.Summary`."""

_STRING, _DOUBLE = 7, 2
"""Element types of a tensor message."""

_BUCKETS = 30
"""The most that a histogram has; TensorBoard draws no more."""


def scalars(values: Mapping[str, float]) -> Summary:
    """Returns one point on the curve of each name."""
    summary = _empty()
    for tag, value in values.items():
        # Curves may have gaps, but TensorBoard cannot draw to infinity.
        if isinstance(value, (int, float)) and math.isfinite(value):
            summary.value.add(tag=tag, simple_value=value)
    return summary


def picture(tag: str, image: Image.Image) -> Summary:
    """Returns a picture, PNG inside."""
    from tensorboard.plugins.image import metadata

    file = io.BytesIO()
    image.save(file, format="PNG")
    size = [str(side).encode() for side in image.size]
    return _tensor(
        tag,
        metadata.create_summary_metadata(display_name=None, description=None),
        dtype=_STRING,
        string_val=[*size, file.getvalue()],
        tensor_shape={"dim": [{"size": 3}]},
    )


def histogram(
    tag: str,
    values: Any,
    buckets: int | None = None,
    limits: tuple[float, float] | None = None,
) -> Summary:
    """Returns the distribution of the finite ones of some numbers.

    Args:
        tag: Its name.
        values: The numbers.
        buckets: How many. Default: as many as so few numbers fill, at most 30.
        limits: From where to where. Default: from the least to the largest.
    """
    from tensorboard.plugins.histogram import metadata

    values = np.asarray(values, "float32").ravel()
    values = values[np.isfinite(values)]
    if buckets is None:
        # The rule of Rice.
        buckets = min(math.ceil(2 * np.cbrt(values.size)), _BUCKETS)
    counts, edges = _counted(values, buckets, limits)
    rows = np.stack([edges[:-1], edges[1:], counts], axis=1)
    return _tensor(
        tag,
        metadata.create_summary_metadata(display_name=None, description=None),
        dtype=_DOUBLE,
        tensor_content=rows.astype("<f8").tobytes(),
        tensor_shape={"dim": [{"size": len(rows)}, {"size": 3}]},
    )


def limits(*arrays: Any) -> tuple[float, float] | None:
    """Returns the least and the largest finite number in some arrays."""
    values = np.concatenate([np.ravel(array) for array in arrays])
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else None


def _counted(
    values: Any, buckets: int, limits: tuple[float, float] | None
) -> tuple[Any, Any]:
    if not values.size:
        return np.zeros(0), np.zeros(1)
    low, high = limits or (float(values.min()), float(values.max()))
    if low == high:
        return np.array([values.size]), np.array([low, high])
    # Of 32 bits, values that are nearly equal have no edges between them.
    return np.histogram(values.astype("float64"), buckets, (low, high))


def networks(descriptions: Mapping[str, str]) -> Summary:
    """Returns the layers of some networks as one graph.

    Args:
        descriptions: Name of each network -> what its `to_json` returned.
    """
    from tensorboard.compat.proto import config_pb2, summary_pb2
    from tensorboard.plugins.graph import metadata

    described = summary_pb2.SummaryMetadata()
    # As a graph of operations, which is the one that the page opens with.
    plugin = metadata.PLUGIN_NAME_RUN_METADATA_WITH_GRAPH
    described.plugin_data.plugin_name = plugin
    described.plugin_data.content = b"1"
    found = config_pb2.RunMetadata()
    graph = found.function_graphs.add().pre_optimization_graph
    for name, text in descriptions.items():
        graph.node.extend(_layers(name, json.loads(text)))
    return _tensor(
        "networks",
        described,
        dtype=_STRING,
        string_val=[found.SerializeToString()],
    )


def _layers(name: str, description: dict[str, Any]) -> list[Any]:
    from tensorboard.plugins.graph import keras_util

    def renamed(path: str) -> str:
        return f"{name}/{path.removeprefix(own)}"

    own = description["config"]["name"] + "/"
    _keep_tensors_alone(description)
    nodes = list(keras_util.keras_model_to_graph_def(description).node)
    for node in nodes:
        node.name = renamed(node.name)
        node.op = node.attr["keras_class"].s.decode()
        inputs = [renamed(path) for path in node.input]
        del node.input[:]
        node.input.extend(inputs)
    return nodes


def _keep_tensors_alone(description: dict[str, Any]) -> None:
    """Leaves numbers, slices and the like out of what layers are called on.

    TensorBoard takes all that an operation is given for tensors.
    """
    for layer in description["config"].get("layers", ()):
        for node in layer.get("inbound_nodes", ()):
            given = [node.get("args", ()), *node.get("kwargs", {}).values()]
            node["args"], node["kwargs"] = list(_tensors_in(given)), {}
        if "layers" in layer.get("config", {}):
            _keep_tensors_alone(layer)


def _tensors_in(given: Any) -> Iterator[dict[str, Any]]:
    if isinstance(given, dict):
        if given.get("class_name") == "__keras_tensor__":
            yield given
        return
    for each in given if isinstance(given, list | tuple) else ():
        yield from _tensors_in(each)


def layout(charts: Mapping[str, Sequence[str]]) -> Summary:
    """Returns a page of charts that show several curves each.

    Args:
        charts: Title of each chart -> the tags in it, as regular expressions.
    """
    from tensorboard.plugins.custom_scalar import layout_pb2, metadata

    drawn = [
        layout_pb2.Chart(title=title, multiline={"tag": list(tags)})
        for title, tags in charts.items()
    ]
    page = layout_pb2.Layout(category=[{"title": "GAN", "chart": drawn}])
    return _tensor(
        metadata.CONFIG_SUMMARY_TAG,
        metadata.create_summary_metadata(),
        dtype=_STRING,
        string_val=[page.SerializeToString()],
    )


def run_started(settings: Mapping[str, Any], name: str) -> Summary:
    """Returns a run's hyper-parameters, for the table that compares runs."""
    from tensorboard.plugins.hparams import api

    return api.hparams_pb(dict(settings), trial_id=name)


def run_ended() -> Summary:
    """Returns the mark that a run came to its end."""
    from tensorboard.plugins.hparams import api_pb2, summary

    return summary.session_end_pb(api_pb2.STATUS_SUCCESS)


def _empty() -> Summary:
    from tensorboard.compat.proto import summary_pb2

    return summary_pb2.Summary()


def _tensor(tag: str, described: Any, **tensor: Any) -> Summary:
    from tensorboard.compat.proto import tensor_pb2

    summary = _empty()
    summary.value.add(
        tag=tag, metadata=described, tensor=tensor_pb2.TensorProto(**tensor)
    )
    return summary
