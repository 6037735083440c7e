"""How is a network made anew, with other weights or another precision?"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras

Policy = Callable[[str], str]


def same_policy(name: str) -> str:
    """Leaves every layer its dtype policy."""
    return name


def copied(
    network: Any, policy: Policy = same_policy, inputs: Any = None
) -> Any:
    """Returns a network or layer with the same structure and new weights.

    Args:
        network: What is copied. It is left as it is.
        policy: Maps the name of each layer's dtype policy, such as
            `"float32"`, to that of its copy.
        inputs: Symbolic inputs to build a Sequential or functional copy on.
            Default: new ones like the network's.

    Raises:
        Exception: Whatever its `get_config` or `from_config` raises.
    """

    def anew(layer: Any) -> Any:
        config = _with_policies(layer.get_config(), policy)
        if type(layer) is keras.layers.Lambda:
            return _lambda(layer, config)
        return type(layer).from_config(config)

    with _default_policy(policy(keras.config.dtype_policy().name)):
        if type(network).__module__.split(".")[0] != "keras":
            return anew(network)
        if not isinstance(network, keras.Model):
            return anew(network)
        return keras.models.clone_model(
            network, input_tensors=inputs, clone_function=anew
        )


def _lambda(layer: Any, config: dict[str, Any]) -> Any:
    """The function as it is: made from bytes it would lose its globals."""
    given = {"mask": layer.mask, "arguments": layer.arguments}
    shape = config.get("output_shape")
    if isinstance(shape, (list, tuple)):
        given["output_shape"] = tuple(shape)
    return keras.layers.Lambda(
        layer.function, name=layer.name, dtype=config["dtype"], **given
    )


def _with_policies(config: Any, policy: Policy) -> Any:
    """Maps the policies of a configuration, at any depth."""
    if isinstance(config, (list, tuple)):
        return type(config)(_with_policies(each, policy) for each in config)
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        inner = config["config"]
        return {**config, "config": {**inner, "name": policy(inner["name"])}}
    return {
        key: keras.DTypePolicy(policy(value)).compute_dtype
        # A layer has a policy, but an input within a nested model a type.
        if key == "dtype" and isinstance(value, str)
        else _with_policies(value, policy)
        for key, value in config.items()
    }


@contextlib.contextmanager
def _default_policy(name: str) -> Iterator[None]:
    """That of the layers which a layer makes for itself."""
    before = keras.config.dtype_policy()
    if name == before.name:
        yield
        return
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
