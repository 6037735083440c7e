"""One of several devices or processes, as each engine wants it set up."""

import contextlib
import json
import os

import numpy as np

BY_PARTS = ("torch", "jax-processes")
"""Engines whose processes are each fed their own part of a batch."""

TRIED_ELSEWHERE = (
    *("minimax", "least_squares", "hinge", "wasserstein", "smoothed"),
    *("r1", "r2", "dragan"),
)
"""What is a mean over samples, as others are that all backends train."""

FEWER = ("tensorflow", "jax")
"""Backends that do not train these: tracing them takes minutes."""


def prepare(engine, count, rank, port):
    """Sets what frameworks read when they are imported."""
    if engine == "multiworker":
        workers = [f"localhost:{int(port) + i}" for i in range(count)]
        task = {"type": "worker", "index": rank}
        config = {"cluster": {"worker": workers}, "task": task}
        os.environ["TF_CONFIG"] = json.dumps(config)
    if engine == "jax":
        os.environ["XLA_FLAGS"] = xla_flags_of(count)


def xla_flags_of(devices):
    """Those there are, and one for so many devices of one CPU."""
    count = f"--xla_force_host_platform_device_count={devices}"
    return f"{os.environ.get('XLA_FLAGS', '')} {count}"


def scope(engine, count, rank, port):
    """Sets the engine up; returns the scope to build and train in."""
    if engine == "jax":
        _distribute()
    if engine == "jax-processes":
        import keras

        keras.distribution.initialize(f"localhost:{port}", count, rank)
        _distribute(auto_shard_dataset=False)
    if engine == "torch":
        import torch

        torch.distributed.init_process_group(
            "gloo",
            init_method=f"tcp://localhost:{port}",
            rank=rank,
            world_size=count,
        )
    if engine not in ("mirrored", "multiworker"):
        return contextlib.nullcontext()
    import tensorflow as tf

    if engine == "multiworker":
        return tf.distribute.MultiWorkerMirroredStrategy().scope()
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * count
    )
    devices = [f"CPU:{index}" for index in range(count)]
    return tf.distribute.MirroredStrategy(devices).scope()


def _distribute(**settings):
    import keras

    parallel = keras.distribution.DataParallel(**settings)
    keras.distribution.set_distribution(parallel)


def batches(engine, count, rank, arrays, batch):
    """All batches, or a process's part of each, as a distributed sampler's."""
    import keras

    length = len(keras.tree.flatten(arrays)[0])
    if engine not in BY_PARTS:
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices(arrays).batch(batch)
    part = batch // count

    class Parts(keras.utils.PyDataset):
        def __len__(self):
            return -(-length // batch)

        def __getitem__(self, index):
            start = index * batch + rank * part
            mine = slice(start, start + part)
            return keras.tree.map_structure(
                lambda each: np.asarray(each)[mine], arrays
            )

    return Parts()
