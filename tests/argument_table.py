"""What each argument of the public API means, in the tests' own words.

`MEANINGS` says by an argument's name which values are right; `OWN` overrules
it for one function or class. A new argument with a known name needs nothing.
"""

import enum
import math
import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

import keras_gan
from keras_gan import datasets, features, recipes
from keras_gan.datasets.listing import Listing
from tests import tiny

Right = Callable[[Any], bool | None]
"""True where a value is right, False where it is wrong, None where either."""


def is_bool(value):
    return isinstance(value, (bool, np.bool_))


def whole(low, high=2**31 - 1):
    def right(value):
        if is_bool(value) or not isinstance(value, (int, np.integer)):
            return False
        return low <= int(value) <= high

    return right


def real(inside):
    def right(value):
        kinds = (int, float, np.integer, np.floating, Fraction)
        if is_bool(value) or not isinstance(value, kinds):
            return False
        try:
            number = float(value)
        except OverflowError:
            return False
        return math.isfinite(number) and bool(inside(number))

    return right


def odd(value):
    return whole(1)(value) and int(value) % 2 == 1


def optional(meaning):
    return lambda value: True if value is None else meaning(value)


def word(*words):
    return lambda value: isinstance(value, str) and value in words


def either(*meanings):
    """Right where one of the meanings says so; else what they cannot say."""

    def right(value):
        said = [meaning(value) for meaning in meanings]
        if True in said:
            return True
        return None if None in said else False

    return right


def wholes(low, length):
    def right(value):
        if isinstance(value, np.ndarray) and value.ndim != 1:
            return False
        if not isinstance(value, (list, tuple, np.ndarray)):
            return False
        fits = whole(low, 2**12)
        return len(value) in length and all(fits(each) for each in value)

    return right


def pair_of_numbers(value):
    if isinstance(value, np.ndarray) and value.ndim != 1:
        return False
    if not isinstance(value, (list, tuple, np.ndarray)) or len(value) != 2:
        return False
    if not all(real(lambda x: True)(each) for each in value):
        return False
    low, high = (float(each) for each in value)
    return low < high and math.isfinite(high - low)


def plain(meaning):
    """As a recipe takes it, which JSON keeps: Python's own types alone."""

    def right(value):
        ours = (bool, int, float, str, list, tuple, type(None))
        return meaning(value) and (True if type(value) in ours else None)

    return right


def part_settings(value):
    """A part of a recipe, which is looked at when it is made."""
    named = isinstance(value, Mapping) and isinstance(value.get("name"), str)
    return None if named else False


def range_in_float32(value):
    largest = float(np.finfo("float32").max)
    fits = pair_of_numbers(value) and max(map(abs, value)) < largest
    # A recipe rounds the largest one.
    return fits and (None if max(map(abs, value)) > 0.99 * largest else True)


def parts(value):
    """(i, n): the i-th of n parts of batches of 12."""
    if not wholes(0, range(2, 3))(value):
        return False
    which, count = value
    return bool(which < count <= 12)


def class_numbers(value):
    """Few enough to be wrong for the images here, but for arrays of 12."""
    few = not isinstance(value, np.ndarray) or value.shape[:1] != (12,)
    return False if few else None


def texts(value):
    if not isinstance(value, (list, tuple)):
        return False
    return None if all(isinstance(each, str) for each in value) else False


def nothing(value):
    return value is None


def pixels(value):
    return None if getattr(value, "dtype", None) == np.uint8 else False


def vectors(value):
    shape, dtype = getattr(value, "shape", ()), getattr(value, "dtype", None)
    is_floating = isinstance(dtype, np.dtype) and dtype.kind == "f"
    return None if len(shape) == 2 and is_floating else False


def anything(value):
    """An array, a layer, a function, a path: only the words are looked at."""
    return


def instance(*kinds):
    return lambda value: None if isinstance(value, kinds) else False


def only(*values):
    """The one value that fits what the other arguments are."""

    def right(value):
        return whole(-(2**63), 2**63)(value) and int(value) in values

    return right


def callable_of_nothing(value):
    """A function, which is called later."""
    return None if callable(value) else False


flag = is_bool
number = real(lambda x: True)
share = real(lambda x: 0 <= x <= 1)
share_below_1 = real(lambda x: 0 <= x < 1)
positive = real(lambda x: x > 0)
at_least_0 = real(lambda x: x >= 0)
size = whole(1, 1000)
seed = whole(0)
slope = either(at_least_0, instance(str))
shape = wholes(1, range(1, 9))
picture = wholes(1, range(3, 4))
widths = wholes(1, range(65))
two_widths = wholes(1, range(2, 3))
layer = instance(keras.layers.Layer)


def open_picture(smallest=1):
    """A shape of images; None for a height or width that varies."""

    def right(value):
        if isinstance(value, (list, tuple)) and len(value) == 3:
            value = [
                smallest if place < 2 and each is None else each
                for place, each in enumerate(value)
            ]
        return picture(value) and min(value[:2]) >= smallest

    return right


def names_of(layer):
    """Names of the layer's transforms, each once."""

    def right(value):
        listed = isinstance(value, list | tuple) and len(value) > 0
        return listed and all(
            isinstance(name, str)
            and name in layer.known
            and value.count(name) == 1
            for name in value
        )

    return right


optimizer = instance(keras.optimizers.Optimizer)
extractor = instance(features.Extractor)


def extractor_or_none_needed(value):
    """None is right where no metric looks at features."""
    return None if value is None else extractor(value)


path = instance(str, Path)

MEANINGS: dict[str, Right] = {
    "accuracy": real(lambda x: 0.5 < x <= 1),
    "activate_projection": flag,
    "augment": anything,
    "amsgrad": flag,
    "axis": anything,
    "argument": lambda value: isinstance(value, str) and len(value) > 0,
    "basis_initializer": anything,
    "background": whole(0, 255),
    "batch_norm_epsilon": positive,
    "batch_norm_momentum": share_below_1,
    "batch_normalization": flag,
    "batch_size": whole(1, 2**14),
    "beta_1": share_below_1,
    "beta_2": share_below_1,
    "cache": optional(path),
    "budget": optional(plain(whole(1))),
    "bias_initializer": anything,
    "cache_limit": positive,
    "center": flag,
    "centers": anything,
    "changes": anything,
    "channels": optional(only(1, 3)),
    "channels_b": optional(only(1, 3)),
    "class_names": optional(texts),
    "closed": flag,
    "class_weight": at_least_0,
    "clipping": optional(part_settings),
    "columns": optional(size),
    "conditioning": word("concat", "embedding", "projection", "auxiliary"),
    "constant_initializer": anything,
    "critic": layer,
    "critic_activation": slope,
    "critic_filters": optional(widths),
    "critic_normalization": optional(word("layer", "spectral")),
    "cutout": share,
    "decay": real(lambda x: 0 < x <= 1),
    "demodulate": flag,
    "down_sampling": flag,
    "d_opt": optional(part_settings),
    "data": optional(either(instance(str))),
    "counted": anything,
    "dataset": word("fashion_mnist", "mnist"),
    "deviation": positive,
    "decoding": optional(instance(datasets.Decoding)),
    "decay_steps": optional(whole(1)),
    "dim": optional(whole(1, 2**15)),
    "direction": word("ab", "ba"),
    "directory": optional(path),
    "discriminator": layer,
    "discriminator_activation": slope,
    "discriminator_filters": optional(widths),
    "discriminator_kernel_sizes": two_widths,
    "discriminator_loss": anything,
    "discriminator_normalization": optional(word("batch", "layer", "spectral")),
    "discriminator_steps": whole(1),
    "discriminator_units": widths,
    "drop_remainder": flag,
    "dropout": share_below_1,
    "dropout_at_inference": flag,
    "dtype": optional(word("float32", "float64")),
    "duration": whole(20, 655_350),
    "ema_decay": optional(share_below_1),
    "embeddings_freq": whole(0, math.inf),
    "embeddings_initializer": anything,
    "embeddings_metadata": optional(instance(str, dict)),
    "end": number,
    "epochs": optional(plain(whole(1))),
    "epsilon": positive,
    "evaluation": optional(part_settings),
    "every": whole(1, math.inf),
    "extractor": extractor,
    "factor": real(lambda x: 0 < x <= 1),
    "fake": anything,
    "fake_cov": anything,
    "fake_images": anything,
    "fake_mean": anything,
    "feature_weight": at_least_0,
    "filepath": optional(path),
    "filters": size,
    "fixed": flag,
    "flip": flag,
    "frames": anything,
    "boundary": optional(real(lambda x: True)),
    "from_logits": optional(flag),
    "g_opt": optional(part_settings),
    "gan": instance(keras_gan.GAN),
    "generator": layer,
    "generator_activation": slope,
    "generator_loss": anything,
    "generator_regularizer": anything,
    "generator_steps": whole(1),
    "function": anything,
    "generator_units": widths,
    "gif": either(flag, path),
    "global_norm": positive,
    "gp_weight": at_least_0,
    "discriminator_b": layer,
    "discriminator_a": layer,
    "generator_ba": layer,
    "generator_ab": layer,
    "identity_weight": at_least_0,
    "cycle_weight": at_least_0,
    "adversarial_weight": at_least_0,
    "l1_weight": at_least_0,
    "pool_size": whole(0),
    "scheduled": anything,
    "sources": anything,
    "gradient_norm": optional(positive),
    "group_size": optional(whole(2)),
    "groups": only(1, 2, 4),
    "height": whole(1),
    "histogram_freq": whole(0, math.inf),
    "hold": whole(0, 9),
    "hparams": optional(instance(dict)),
    "identifier": anything,
    "image": instance(Image.Image),
    "image_shape": picture,
    "image_size": optional(either(whole(1, 2**12), wholes(1, range(2, 3)))),
    "images": anything,
    "images_freq": whole(0, math.inf),
    "interpolation": flag,
    "jitter": whole(0, 2**12),
    "interval": whole(1),
    "k": whole(1, 11),
    "kernel_initializer": anything,
    "kernel_size": size,
    "label": anything,
    "label_smoothing": share_below_1,
    "labels": anything,
    "latent_dim": size,
    "latents": anything,
    "layer": layer,
    "layers": anything,
    "learning_rate": either(at_least_0, callable_of_nothing),
    "learning_rate_multiplier": positive,
    "limit": optional(whole(1, math.inf)),
    "listing": optional(instance(Listing)),
    "log_dir": path,
    "loss": instance(keras.losses.Loss),
    "mapping_layers": whole(1, 64),
    "mapping_learning_rate": positive,
    "max_filters": size,
    "max_returns": whole(0, math.inf),
    "maximum": real(lambda x: 0 < x <= 1),
    "memory": at_least_0,
    "method": optional(word("linear", "spherical")),
    "metrics": anything,
    "minibatch_std_dev": flag,
    "minimum_share": real(lambda x: 0 < x <= 1),
    "model": instance(keras.Model),
    "momentum": share_below_1,
    "n": anything,
    "noise": flag,
    "networks": part_settings,
    "name": optional(instance(str)),
    "norm": positive,
    "num_classes": optional(whole(2, 1000)),
    "num_images": whole(1, 2**16),
    "num_pairs": whole(1, 10**7),
    "num_projections": whole(1, 2**16),
    "num_samples": whole(2, 10**7),
    "num_splits": whole(1, 12),
    "num_subsets": whole(1, 10**6),
    "num_workers": whole(0, 61 if sys.platform == "win32" else 1024),
    # The functions of the samples take generated scores alone.
    "negative_slope": at_least_0,
    "needs_real": lambda value: is_bool(value) and not value,
    "one_sided": flag,
    # The discriminators of the samples take single images.
    "pack": whole(1, 1),
    "origin": instance(str),
    "out_channels": optional(size),
    "output_activation": anything,
    "padding": whole(0, 1000),
    "part": parts,
    "path_length_interval": whole(1),
    "path_length_weight": at_least_0,
    "path": path,
    "patience": whole(1, math.inf),
    "players": anything,
    "player": either(instance(str)),
    "policy": instance(str),
    "power_iterations": whole(1, 1000),
    "preprocess": anything,
    "probabilities": anything,
    "probability": share,
    "profile_batch": anything,
    "progress": anything,
    "protocol": word("pytorch-fid", "clean-fid", "tensorflow"),
    "raise_error": flag,
    "ramp_images": whole(1, 2**53),
    "reach": positive,
    "real": anything,
    "real_cov": anything,
    "real_images": anything,
    "real_mean": anything,
    "real_split": optional(instance(str)),
    "recipe": instance(recipes.Recipe),
    "regularizer": anything,
    "restore": flag,
    "scale": optional(size),
    "schedule": optional(part_settings),
    "score_activation": anything,
    "seconds": at_least_0,
    "seed": optional(seed),
    "shuffle": flag,
    "sigma": at_least_0,
    "size": whole(32, 1024),
    "source_channels": optional(only(1, 3)),
    "source_shape": open_picture(),
    # The generator of the samples has no styles.
    "space": optional(word("latents")),
    "spectral_normalization": flag,
    "split": word("train", "test"),
    "stages": optional(whole(1, 16)),
    "start": number,
    "starts": whole(1, 512),
    "start_filters": size,
    "steps": whole(1),
    "strength_initializer": anything,
    "style_dim": size,
    "style_mixing": share,
    "styles": either(nothing),
    "subset_size": whole(2, 12),
    "system": instance(str),
    "target": at_least_0,
    "train": anything,
    "trained": instance(keras_gan.GAN),
    "translation": share,
    "unit": word("epoch", "step"),
    "upsampling": word("transposed", "nearest", "resize", "sub_pixel"),
    "units": whole(1),
    "up_sampling": flag,
    "use_bias": flag,
    "update_freq": either(whole(1, math.inf), word("auto", "batch", "epoch")),
    "value": positive,
    "value_range": pair_of_numbers,
    "vectors": vectors,
    "verbose": either(flag, whole(0, 2)),
    "variety": real(lambda x: 0 < x <= 1),
    "watch_gradients": flag,
    "modes": anything,
    "num_modes": whole(3),
    "points": anything,
    "reference": anything,
    "within": positive,
    "weight": at_least_0,
    "weights": anything,
    "write_graph": flag,
    "write_images": flag,
    "steps_per_epoch": optional(whole(1, 1)),
    "write_steps_per_second": flag,
    "x": anything,
    "y": anything,
    "width": whole(1),
}

translating = optional(word("batch", "instance"))
judged = optional(word("batch", "instance", "layer", "spectral"))

OWN: dict[str, Right] = {
    "augment.AdaptiveAugment.target": real(lambda x: -1 < x < 1),
    "augment.GeometricAugment.probability": share,
    "augment.GeometricAugment.rotation": real(lambda x: 0 <= x <= 180),
    "augment.GeometricAugment.scaling": share,
    "augment.GeometricAugment.transforms": names_of(
        keras_gan.augment.GeometricAugment
    ),
    "augment.ColorAugment.probability": share,
    "augment.ColorAugment.transforms": names_of(keras_gan.augment.ColorAugment),
    "augment.ColorAugment.value_range": optional(pair_of_numbers),
    "augment.DiffAugment.value_range": optional(pair_of_numbers),
    "augment.check_gradient.image_shape": anything,
    "augment.get.image_shape": anything,
    "augment.get.value_range": optional(pair_of_numbers),
    "callbacks.Evaluation.extractor": optional(
        either(extractor, word("fashion_mnist", "mnist", "imagenet"))
    ),
    "callbacks.Evaluation.k": whole(1, math.inf),
    "callbacks.Evaluation.seed": seed,
    "callbacks.ImageSnapshot.directory": path,
    "callbacks.ImageSnapshot.most_pictures": optional(whole(3, math.inf)),
    "callbacks.ImageSnapshot.seed": seed,
    "callbacks.LiveDisplay.seed": seed,
    "callbacks.TensorBoard.seed": seed,
    "datasets.ImageBatches.batch_size": whole(1),
    "datasets.ImageBatches.images": pixels,
    "datasets.ImageBatches.labels": optional(class_numbers),
    "datasets.ImageBatches.seed": seed,
    "datasets.VectorBatches.batch_size": whole(1),
    "datasets.VectorBatches.labels": optional(class_numbers),
    "datasets.VectorBatches.seed": seed,
    "datasets.Source.images": either(pixels, vectors),
    "datasets.Source.labels": optional(class_numbers),
    "datasets.Source.name": instance(str),
    "datasets.installed.name": word(*datasets.NAMES),
    "datasets.load.label": optional(real(lambda x: x in (0, 1, 2))),
    "datasets.load.name": path,
    "datasets.load.path": nothing,
    "datasets.load.split": word("train"),
    "datasets.PairBatches.batch_size": whole(1),
    "datasets.PairBatches.pairs": anything,
    "datasets.PairBatches.scale": nothing,
    "datasets.PairBatches.seed": seed,
    "datasets.UnpairedBatches.batch_size": whole(1),
    "datasets.UnpairedBatches.seed": seed,
    "datasets.UnpairedBatches.sides": anything,
    "datasets.Unpaired.a": instance(datasets.Source),
    "datasets.Unpaired.b": instance(datasets.Source),
    "datasets.pair_folder.path": path,
    "datasets.pairs.clothes": nothing,
    "datasets.pairs.label": nothing,
    "datasets.pairs.name": path,
    "datasets.pairs.scale": optional(only(2, 3)),
    "datasets.unpaired.clothes": nothing,
    "datasets.unpaired.name": path,
    "datasets.source.label": optional(real(lambda x: x in (0, 1, 2))),
    "datasets.source.name": path,
    "datasets.source.path": nothing,
    "features.from_model.layer": anything,
    "layers.InstanceNormalization.scale": flag,
    "layers.LayerNormalization.scale": flag,
    "layers.ConditionalBatchNormalization.num_classes": whole(2),
    "layers.ConstantInput.channels": whole(1),
    "layers.EqualizedConv2D.filters": whole(1),
    "layers.EqualizedConv2D.kernel_size": odd,
    "layers.ModulatedConv2D.filters": whole(1),
    "layers.ModulatedConv2D.kernel_size": odd,
    "layers.GroupedConv2D.filters": lambda value: (
        whole(1)(value) and value % 2 == 0
    ),
    "layers.GroupedConv2D.kernel_size": either(
        whole(1), wholes(1, range(2, 3))
    ),
    "layers.Projection.num_classes": whole(2),
    "layers.ReflectionPadding2D.padding": either(
        whole(0, 1000), wholes(0, range(2, 3))
    ),
    "layers.SubPixelUpSampling2D.scale": whole(1, 64),
    "features.vectors.dim": whole(1, 2**15),
    "features.VectorExtractor.dim": whole(1, 2**15),
    "features.gaussians.dataset": word(*datasets.GAUSSIANS),
    "features.GaussiansExtractor.dataset": word(*datasets.GAUSSIANS),
    "metrics.FrechetDistance.extractor": optional(extractor),
    "metrics.evaluate.extractor": extractor_or_none_needed,
    "metrics.Evaluator.extractor": extractor_or_none_needed,
    "metrics.FrechetDistance.name": instance(str),
    "metrics.kernel_distance_subsets.seed": seed,
    "metrics.ms_ssim_diversity.seed": seed,
    "metrics.checkerboard.period": whole(2, 4),
    "metrics.grid_power.period": whole(2, 4),
    "metrics.sliced_wasserstein.seed": seed,
    "models.ACGAN.num_classes": optional(only(tiny.CLASSES)),
    "models.ConditionalGAN.num_classes": optional(only(tiny.CLASSES)),
    "models.ConditionalStyleGAN.num_classes": optional(only(tiny.CLASSES)),
    "models.ConditionalWGANGP.num_classes": optional(only(tiny.CLASSES)),
    "models.AdversarialModel.players": anything,
    "models.GAN.latent_dim": optional(only(tiny.LATENT)),
    "models.GAN.generate.batch_size": whole(1, math.inf),
    "models.GAN.generate.n": anything,
    "models.GAN.invert.learning_rate": positive,
    "models.GAN.latents.n": whole(0, 10**6),
    "models.Player.every": whole(1),
    "models.Player.name": instance(str),
    "models.Player.networks": instance(dict),
    "networks.cycle_gan.blocks": optional(whole(0, 64)),
    "networks.cycle_gan.channels_b": optional(size),
    "networks.cycle_gan.discriminator_filters": size,
    "networks.cycle_gan.discriminator_normalization": judged,
    "networks.cycle_gan.discriminator_stages": optional(whole(0, 8)),
    "networks.cycle_gan.image_shape": open_picture(5),
    "networks.cycle_gan.normalization": translating,
    "networks.cycle_gan.stages": whole(0, 2),
    "networks.dense.image_shape": shape,
    "networks.patch_discriminator.image_shape": open_picture(),
    "networks.patch_discriminator.normalization": judged,
    "networks.patch_discriminator.source_scale": nothing,
    "networks.patch_discriminator.source_shape": anything,
    "networks.patch_discriminator.stages": optional(whole(0, 8)),
    "networks.pix2pix.discriminator_filters": size,
    "networks.pix2pix.discriminator_normalization": judged,
    "networks.pix2pix.discriminator_stages": optional(whole(0, 8)),
    "networks.pix2pix.image_shape": open_picture(2),
    "networks.pix2pix.normalization": translating,
    "networks.pix2pix.source_channels": optional(size),
    "networks.pix2pix.stages": optional(whole(1, 3)),
    "networks.r3gan.blocks": either(whole(1, 64), wholes(1, range(2, 3))),
    "networks.r3gan.expansion": size,
    "networks.r3gan.group_size": lambda value: (
        whole(1)(value) and (value in (1, 2, 4) or value >= 8)
    ),
    "networks.r3gan.filters": either(size, wholes(1, range(2, 18))),
    "networks.style_gan.filters": either(size, wholes(1, range(2, 18))),
    "networks.style_gan.group_size": optional(whole(2)),
    "networks.residual.image_shape": wholes(2, range(3, 4)),
    "networks.resize_conv.discriminator_filters": two_widths,
    "networks.resnet_generator.blocks": optional(whole(0, 64)),
    "networks.resnet_generator.image_shape": open_picture(5),
    "networks.resnet_generator.normalization": translating,
    "networks.resnet_generator.stages": whole(0, 2),
    "networks.srgan.blocks": whole(0, 64),
    "networks.srgan.discriminator_filters": size,
    "networks.srgan.discriminator_normalization": judged,
    "latents.linear.end": anything,
    "latents.linear.start": anything,
    "latents.spherical.end": anything,
    "latents.spherical.start": anything,
    "models.GAN.interpolate.steps": whole(2),
    "models.GAN.invert.extractor": optional(extractor),
    "models.GAN.invert.seed": seed,
    "models.GAN.traverse.direction": anything,
    "models.GAN.traverse.steps": whole(2),
    "networks.srgan.discriminator_stages": optional(whole(0, 8)),
    "networks.srgan.scale": whole(2, 64),
    "networks.super_resolution.blocks": whole(0, 64),
    "networks.super_resolution.scale": whole(2, 64),
    "networks.unet.image_shape": open_picture(2),
    "networks.unet.normalization": translating,
    "networks.unet.stages": optional(whole(1, 3)),
    "optimizers.Adam.epsilon": at_least_0,
    "optimizers.GANOptimizer.discriminator": optimizer,
    "optimizers.GANOptimizer.generator": optimizer,
    "optimizers.GANOptimizer.name": instance(str),
    "optimizers.PlayersOptimizer.name": instance(str),
    "optimizers.PlayersOptimizer.players": instance(dict),
    "recipes.Recipe.augment": optional(part_settings),
    "recipes.Recipe.batch_size": plain(whole(1)),
    "recipes.Recipe.channels": optional(plain(only(1, 3))),
    "recipes.Recipe.clothes": optional(
        plain(word("fashion_mnist", "fashion_mnist_sample"))
    ),
    "recipes.Recipe.direction": plain(word("ab", "ba")),
    "recipes.Recipe.flip": plain(flag),
    "recipes.Recipe.freeze_d": plain(whole(0)),
    "recipes.Recipe.image_size": optional(plain(whole(1, 2**12))),
    "recipes.Recipe.jitter": plain(whole(0)),
    "recipes.Recipe.steps_per_epoch": optional(plain(whole(1))),
    "recipes.Recipe.label": optional(plain(whole(0))),
    "recipes.Recipe.limit": optional(plain(whole(1))),
    "recipes.Recipe.loss": optional(part_settings),
    "recipes.Recipe.model": part_settings,
    "recipes.Recipe.name": instance(str),
    "recipes.Recipe.regularizer": optional(part_settings),
    "recipes.Recipe.scale": optional(plain(whole(2))),
    "recipes.Recipe.source_channels": optional(plain(only(1, 3))),
    "recipes.Recipe.value_range": plain(range_in_float32),
    "recipes.assemble.image_shape": shape,
    "recipes.assemble.num_classes": optional(whole(1)),
    "recipes.assemble.num_images": optional(whole(1)),
    "recipes.assemble.source_shape": nothing,
    "recipes.batches.images": pixels,
    "recipes.batches.labels": class_numbers,
    "recipes.batches.seed": seed,
    "recipes.get.name": word(*recipes.NAMES),
    "schedules.Cosine.steps": whole(8),
    "schedules.HalfLife.images": at_least_0,
}

SPOKEN_OF_AS = {
    "augment.get.identifier": "augment|policy",
    "augment.check_gradient.layer": "layer|augment",
    "models.GAN.augment": "augment|policy",
    "models.GAN.generator_regularizer": "regularizer",
    "models.Pix2Pix.generator_regularizer": "regularizer",
    "models.CycleGAN.generator_regularizer": "regularizer",
    "models.ACGAN.generator": "generator|networks",
    "regularizers.FunctionGeneratorRegularizer.function": "function|penalty",
    "regularizers.FunctionRegularizer.function": "function|penalty",
    "metrics.kernel_distance_subsets.fake": "fake|subset_size",
    "metrics.kernel_distance_subsets.real": "real|subset_size",
    "losses.get.identifier": "loss",
    "regularizers.get.identifier": "regularizer",
    # A model hands its critic on as what it is to a GAN.
    "models.WGANGP.critic": "critic|discriminator",
    "models.ConditionalWGANGP.critic": "critic|discriminator",
    "metrics.ms_ssim_diversity.fake": "fake|`x`",
}
"""Where a message calls an argument by another name."""

FUNCTIONS = {
    "discriminator_loss",
    "generator_loss",
    "preprocess",
    "progress",
}
"""Arguments that are called: what such a function raises is its own."""

FILES = {
    "features.ImageNetExtractor": ImportError,
    "features.InceptionExtractor": FileNotFoundError,
    "features.imagenet": ImportError,
    "features.inception": FileNotFoundError,
}
"""What is raised where all arguments are right, and a file is not there."""


class Colour(enum.Enum):
    RED = 1


class Number(enum.IntEnum):
    THREE = 3


def rng():
    return np.random.default_rng(0)


def feature_rows():
    return rng().normal(size=(12, 3)).astype("float32")


def bytes_(*shape):
    return rng().integers(0, 256, shape).astype("uint8")


def player():
    networks = {"generator": tiny.generator()}
    return keras_gan.Player("generator", networks)


def classifier():
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Flatten(name="flat")(inputs)
    outputs = keras.layers.Dense(3, activation="softmax")(x)
    return keras.Model(inputs, outputs)


def extractor_of_pixels():
    return features.ModelExtractor(classifier(), batch_size=16)


def no_penalty(critic, real, fake, seed):
    return 0.0


def no_generator_penalty(generator, latents, seed):
    return 0.0


def few_images():
    """Images in a file, with labels."""
    file = Path("few.npz")
    if not file.exists():
        np.savez(file, images=bytes_(12, 8, 8, 1), labels=np.arange(12) % 3)
    return file


def picture_folder():
    folder = Path("pictures")
    if not folder.exists():
        folder.mkdir()
        for index in range(3):
            image = Image.fromarray(bytes_(4, 4))
            image.save(folder / f"{index}.png")
    return folder


def folder_of_sides():
    folder = Path("sides")
    for side in "ab":
        (folder / side).mkdir(parents=True, exist_ok=True)
        for index in range(3):
            image = Image.fromarray(bytes_(6, 6))
            image.save(folder / side / f"{index}.png")
    return folder


def pictures():
    return datasets.Source(
        "mine", "train", bytes_(3, 8, 8, 1), None, None, "memory"
    )


def small_recipe(name="vanilla"):
    units = {
        "networks": "dense",
        "networks.generator_units": [4],
        "networks.discriminator_units": [4],
        "networks.latent_dim": 3,
        "batch_size": 12,
    }
    return recipes.override(recipes.get(name), units.items())


SAMPLES: dict[str, Callable[[], Any]] = {
    "changes": list,
    "critic": tiny.discriminator,
    "dim": lambda: 3,
    "directory": lambda: Path("folder"),
    "discriminator": tiny.discriminator,
    "discriminator_loss": lambda: lambda real, fake: fake,
    "extractor": extractor_of_pixels,
    "centers": lambda: np.zeros((4, feature_rows().shape[1])),
    "deviation": lambda: 0.1,
    "fake": feature_rows,
    "modes": lambda: np.arange(12) % 3,
    "num_modes": lambda: 3,
    "points": feature_rows,
    "fake_cov": lambda: np.eye(3),
    "fake_images": lambda: bytes_(12, 8, 8, 1),
    "fake_mean": lambda: np.zeros(3),
    "frames": lambda: [Image.new("L", (4, 4))],
    "gan": tiny.gan,
    "generator": tiny.generator,
    "generator_loss": lambda: lambda fake: fake,
    "identifier": lambda: None,
    "image": lambda: Image.new("L", (4, 4)),
    "image_shape": lambda: (8, 8, 1),
    "source_shape": lambda: (4, 4, 1),
    "images": lambda: bytes_(12, 8, 8, 1),
    "labels": lambda: np.arange(12) % 3,
    "layer": lambda: keras.layers.Dense(2),
    "layers": lambda: [keras_gan.augment.InstanceNoise()],
    "loss": keras.losses.BinaryCrossentropy,
    "metrics": lambda: "fid",
    "model": classifier,
    "n": lambda: 2,
    "name": lambda: "fashion_mnist_sample",
    "num_classes": lambda: 3,
    "path": lambda: Path("picture.gif"),
    "probabilities": lambda: np.eye(3)[np.arange(12) % 3],
    "real": feature_rows,
    "real_cov": lambda: np.eye(3),
    "real_images": lambda: bytes_(12, 8, 8, 1),
    "real_mean": lambda: np.zeros(3),
    "recipe": small_recipe,
    "train": feature_rows,
    "vectors": feature_rows,
    "trained": tiny.gan,
    "weights": lambda: "imagenet",
    "x": lambda: bytes_(2, 12, 12, 1),
    "y": lambda: bytes_(2, 12, 12, 1),
}
"""A right value for each argument that has no default."""

ENDS = {"start": np.zeros(3), "end": np.ones(3), "steps": 2}
SMALL = {"filters": 2, "latent_dim": 3, "seed": 0}
OWN_SAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "layers.BasisExpansion": lambda: {"height": 4, "width": 3},
    "layers.ConstantInput": lambda: {"height": 4, "width": 3, "channels": 2},
    "layers.EqualizedConv2D": lambda: {"filters": 4, "kernel_size": 3},
    "layers.EqualizedDense": lambda: {"units": 4},
    "layers.ModulatedConv2D": lambda: {"filters": 4, "kernel_size": 3},
    "layers.GroupedConv2D": lambda: {
        "filters": 4,
        "kernel_size": 3,
        "groups": 2,
    },
    "augment.check_gradient": lambda: {"layer": keras.layers.RandomFlip()},
    "callbacks.Evaluation": lambda: {
        "real": "fashion_mnist_sample",
        "num_samples": 12,
    },
    "callbacks.GradientClipping": lambda: {"value": 1.0},
    "datasets.ImageBatches": lambda: {"batch_size": 12},
    "datasets.VectorBatches": lambda: {"batch_size": 12},
    "datasets.ImageFolder": lambda: {"path": picture_folder()},
    "datasets.PairBatches": lambda: {
        "pairs": (bytes_(12, 8, 8, 1), bytes_(12, 8, 8, 3)),
        "batch_size": 12,
    },
    "datasets.UnpairedBatches": lambda: {
        "sides": (bytes_(12, 8, 8, 1), bytes_(5, 8, 8, 3)),
        "batch_size": 12,
    },
    "datasets.Unpaired": lambda: {"a": pictures(), "b": pictures()},
    "datasets.pair_folder": lambda: {"path": folder_of_sides()},
    "datasets.pairs": lambda: {"name": folder_of_sides()},
    "datasets.unpaired": lambda: {"name": folder_of_sides()},
    "datasets.Source": lambda: {
        "name": "mine",
        "split": "train",
        "class_names": None,
        "origin": "memory",
    },
    "features.gaussians": lambda: {"dataset": "grid"},
    "features.GaussiansExtractor": lambda: {"dataset": "ring"},
    "datasets.load": lambda: {"name": few_images()},
    "datasets.source": lambda: {"name": few_images()},
    "losses.get": lambda: {"identifier": "hinge"},
    "regularizers.FunctionGeneratorRegularizer": lambda: {
        "function": no_generator_penalty
    },
    "regularizers.FunctionRegularizer": lambda: {"function": no_penalty},
    "metrics.evaluate": lambda: {
        "metrics": "fid",
        "k": 2,
        "extractor": extractor_of_pixels(),
    },
    "metrics.Evaluator": lambda: {"extractor": extractor_of_pixels()},
    "metrics.ms_ssim_diversity": lambda: {
        "fake": bytes_(3, 12, 12, 1),
        "num_pairs": 2,
    },
    "metrics.psnr": lambda: {
        "x": bytes_(3, 12, 12, 1),
        "y": bytes_(3, 12, 12, 1),
    },
    "metrics.ssim": lambda: {
        "x": bytes_(3, 12, 12, 1),
        "y": bytes_(3, 12, 12, 1),
    },
    "metrics.sliced_wasserstein": lambda: {
        "real": bytes_(4, 8, 8, 1),
        "fake": bytes_(4, 8, 8, 1),
        "num_projections": 3,
    },
    "metrics.checkerboard": lambda: {
        "real": bytes_(4, 16, 16, 1),
        "fake": bytes_(4, 16, 16, 1),
    },
    "metrics.grid_power": lambda: {"fake": bytes_(4, 16, 16, 1)},
    "metrics.kernel_distance_subsets": lambda: {
        "subset_size": 3,
        "num_subsets": 2,
    },
    "latents.linear": lambda: ENDS,
    "latents.spherical": lambda: ENDS,
    "models.GAN.invert": lambda: {
        "images": np.zeros((2, *tiny.SHAPE), "float32"),
        "steps": 1,
        "starts": 1,
        "verbose": False,
    },
    "models.GAN.traverse": lambda: {"direction": np.ones(tiny.LATENT)},
    "models.ACGAN": lambda: {
        "generator": tiny.generator(True),
        "discriminator": tiny.ac_gan().discriminator,
    },
    "models.AdversarialModel": lambda: {"players": [player()], "name": "a"},
    "models.ConditionalGAN": lambda: {
        "generator": tiny.generator(True),
        "discriminator": tiny.discriminator(True),
    },
    "models.ConditionalWGANGP": lambda: {
        "generator": tiny.generator(True),
        "critic": tiny.discriminator(True),
    },
    "models.CycleGAN": lambda: {
        "generator_ab": tiny.translator(),
        "generator_ba": tiny.translator(),
        "discriminator_a": tiny.patch_judge(),
        "discriminator_b": tiny.patch_judge(),
    },
    "models.StyleGAN": lambda: dict(
        zip(("generator", "discriminator"), tiny.style_pair(), strict=True)
    ),
    "models.ConditionalStyleGAN": lambda: dict(
        zip(("generator", "discriminator"), tiny.style_pair(3), strict=True)
    ),
    "models.Pix2Pix": lambda: {
        "generator": tiny.translator(),
        "discriminator": tiny.patch_judge(source=1),
    },
    "models.Player": lambda: {
        "name": "generator",
        "networks": {"generator": tiny.generator()},
    },
    "networks.cycle_gan": lambda: {
        "filters": 2,
        "blocks": 1,
        "discriminator_filters": 2,
    },
    "networks.dcgan": lambda: SMALL,
    "networks.patch_discriminator": lambda: {"filters": 2},
    "networks.pix2pix": lambda: {"filters": 2, "discriminator_filters": 2},
    "networks.wgan_gp": lambda: SMALL,
    "networks.r3gan": lambda: SMALL,
    "networks.style_gan": lambda: {**SMALL, "mapping_layers": 1},
    "networks.residual": lambda: {
        **SMALL,
        "discriminator_normalization": None,
    },
    "networks.resize_conv": lambda: {
        **SMALL,
        "start_filters": 2,
        "discriminator_filters": (2, 2),
        "discriminator_kernel_sizes": (3, 3),
    },
    "networks.resnet_generator": lambda: {"filters": 2, "blocks": 1},
    "networks.srgan": lambda: {
        "filters": 2,
        "blocks": 1,
        "scale": 2,
        "discriminator_filters": 2,
    },
    "networks.super_resolution": lambda: {
        "filters": 2,
        "blocks": 1,
        "scale": 2,
    },
    "networks.unet": lambda: {"filters": 2},
    "networks.dense": lambda: {
        "latent_dim": 3,
        "generator_units": (4,),
        "discriminator_units": (4,),
        "seed": 0,
    },
    "images.to_pil": lambda: {"images": np.zeros((2, 4, 4, 1), "uint8")},
    "images.to_uint8": lambda: {"images": np.zeros((2, 4, 4, 1))},
    "recipes.Recipe": lambda: {
        "name": "mine",
        "system": "small",
        "networks": {"name": "dense"},
    },
    "recipes.batches": lambda: {
        "recipe": small_recipe("conditional-wgan-gp"),
        "labels": np.arange(12) % 3,
    },
    "recipes.clipping": lambda: {"recipe": recipes.get("resize-conv")},
    "recipes.get": lambda: {"name": "quick"},
    "schedules.Cosine": lambda: {
        "start": 0.0,
        "end": 1.0,
        "steps": 10,
        "hold": 7,
    },
    "schedules.HalfLife": lambda: {"images": 1000},
    "optimizers.PlayersOptimizer": lambda: {
        "players": {"generator": keras.optimizers.SGD()},
        "name": "all",
    },
    "optimizers.GANOptimizer": lambda: {
        "discriminator": keras.optimizers.SGD(),
        "generator": keras.optimizers.SGD(),
    },
}
"""Right arguments of one function or class; small ones, to be quick."""

USED_UP = {"models.AdversarialModel"}
"""What takes arguments that serve once: a player plays in one model."""

NOT_CALLED = {
    "datasets.PairFolder": "what `pair_folder` returns, a record",
    "datasets.Pairs": "what `pairs` returns, a record",
    "features.Extracted": "what an extractor returns, a record",
    "images.mp4": "needs ffmpeg; its arguments are those of `gif`",
    "latents.Directions": "what `directions` returns, a record",
    "latents.Inversion": "what `invert` returns, a record",
    "latents.StyleMixing": "what `mix_styles` returns, a record",
    "latents.Walk": "what `interpolate` returns, a record",
    "losses.AdversarialLoss": "abstract; its argument is every loss's",
    "regularizers.GeneratorRegularizer": "abstract, as Regularizer is",
    "regularizers.Penalty": "abstract, as Regularizer is",
    "regularizers.Regularizer": "abstract; its arguments are every penalty's",
}
"""Public names that the property test leaves out, with the reason."""
