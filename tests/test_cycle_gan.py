"""CycleGAN: its losses against numpy, and what happens to its pools."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from tests import tiny

SGD = keras.optimizers.SGD


@pytest.fixture(scope="module")
def sides(images):
    return images[:64], 0.5 * images[:64, ::-1] - 0.3


def made(network, images):
    given = ops.convert_to_tensor(np.asarray(images, "float32"))
    return ops.convert_to_numpy(network(given, training=False)).astype(
        "float64"
    )


def eager(**kwargs):
    gan = tiny.cycle_gan(**kwargs)
    gan.compile(SGD(0.05), SGD(0.05), run_eagerly=True)
    return gan


def equal(left, right):
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


def distance(one, other):
    return np.mean(np.abs(one - other))


def test_the_losses_are_those_of_numpy(sides):
    a, b = sides
    gan = eager(cycle_weight=7.0, identity_weight=0.3, adversarial_weight=2.0)
    logs = gan.test_on_batch(a, b, return_dict=True)
    fake_a, fake_b = made(gan.generator_ba, b), made(gan.generator_ab, a)
    expected = {"d_loss": 0.0, "g_loss": 0.0}
    for side, real, fake, other, maker, judge in (
        ("a", a, fake_a, fake_b, gan.generator_ba, gan.discriminator_a),
        ("b", b, fake_b, fake_a, gan.generator_ab, gan.discriminator_b),
    ):
        real_scores, scores = made(judge, real), made(judge, fake)
        assert scores.shape == (64, 4, 4, 1)
        verdict = np.mean((scores - 1) ** 2) / 2
        cycle = distance(made(maker, other), real)
        identity = distance(made(maker, real), real)
        expected |= {
            f"d_real_{side}": real_scores.mean(),
            f"d_fake_{side}": scores.mean(),
            f"g_adversarial_{side}": verdict,
            f"g_cycle_{side}": cycle,
            f"g_identity_{side}": identity,
        }
        squares = np.mean((real_scores - 1) ** 2) + np.mean(scores**2)
        expected["d_loss"] += squares / 2
        expected["g_loss"] += 2.0 * verdict + 7.0 * (cycle + 0.3 * identity)
    assert set(logs) == set(expected)
    for name, value in expected.items():
        assert float(logs[name]) == pytest.approx(value, rel=1e-4), name


def test_a_penalty_is_the_sum_of_both_sides(sides):
    gan = eager(regularizer="r1", pool_size=0)
    logs = gan.test_on_batch(*sides, return_dict=True)
    total = 0.0
    for side, images in zip("ab", sides, strict=True):
        judge = getattr(gan, f"discriminator_{side}")

        def mean_score(images, judge=judge):
            return ops.mean(judge(images, training=False), axis=(1, 2, 3))

        penalty = keras_gan.regularizers.R1()
        images = ops.convert_to_tensor(images)
        found = ops.stop_gradient(penalty(mean_score, images, images, None))
        total += float(found)
    assert float(logs["r1"]) == pytest.approx(total, rel=1e-4)


def test_no_identity_is_computed_without_its_weight(sides):
    gan = eager(identity_weight=0)
    logs = gan.test_on_batch(*sides, return_dict=True)
    assert not [name for name in logs if "identity" in name]
    assert "same" not in gan.make({"a": sides[0], "b": sides[1]})


@pytest.mark.slow_on_tensorflow
def test_weights_follow_schedules_of_the_generators_updates(sides):
    step = keras.optimizers.schedules.PiecewiseConstantDecay([1], [4.0, 0.0])
    gan = eager(cycle_weight=step, adversarial_weight=0, discriminator_steps=2)
    seen = [
        float(gan.test_on_batch(*sides, return_dict=True)["g_loss"])
        for _ in range(5)
        if gan.train_on_batch(*sides) is not None
    ]
    # Two steps make an update, and the first value holds up to update 1.
    assert [value > 0 for value in seen] == [True, True, True, False, False]


# -------------------------------------------------------------------- pools


def pools(gan):
    return [
        ops.convert_to_numpy(ops.convert_to_tensor(v))
        for pool in (gan.pool_a, gan.pool_b)
        for v in pool.variables
    ]


def test_the_discriminators_see_what_the_pools_hand_out(sides):
    gan = eager(pool_size=3)
    seen, kinds = {}, zip("ab", sides, strict=True)
    batch = {side: ops.convert_to_tensor(each) for side, each in kinds}
    judge = gan.call_discriminator

    def watching(like, images, *others):
        seen.setdefault(like, []).append(ops.convert_to_numpy(images))
        return judge(like, images, *others)

    gan.call_discriminator = watching
    gan.seed_generator = keras.random.SeedGenerator(1)
    outputs = gan.make(batch)
    gan.player_loss("discriminator", batch, outputs)
    for side in "ab":
        real, shown = seen[side]
        np.testing.assert_array_equal(real, batch[side])
        new = ops.convert_to_numpy(outputs["fake"][side])
        same = (shown == new).all(axis=(1, 2, 3))
        # Every image is new: those of the past are of this batch.
        assert same[:3].all()
        assert 0.2 < same.mean() < 0.8
        assert {each.tobytes() for each in shown} <= {
            each.tobytes() for each in new
        }


def test_a_step_fills_the_pools_with_new_images(sides):
    gan = eager(pool_size=70)
    fake_b = made(gan.generator_ab, sides[0])
    gan.train_on_batch(*sides)
    images, count = pools(gan)[2:]
    assert count == 64
    np.testing.assert_allclose(images[:64], fake_b, atol=1e-6)
    assert not images[64:].any()


def test_evaluation_and_pictures_leave_the_pools(sides):
    gan = eager(pool_size=70)
    gan.train_on_batch(*sides)
    before = pools(gan)
    gan.evaluate(*sides, verbose=0)
    gan.fixed_samples(2).grid()
    gan.scored_samples()
    list(gan.gradients())
    assert equal(before, pools(gan))


def test_without_pools_there_is_nothing_to_keep(sides):
    gan = eager(pool_size=0)
    assert gan.pool_a is None
    assert gan.pool_b is None
    gan.train_on_batch(*sides)
    with_pools = tiny.cycle_gan(pool_size=1)
    assert len(with_pools.weights) == len(gan.weights) + 4


def test_a_large_pool_changes_no_first_step(sides):
    states = []
    for size in (0, 64):
        keras.utils.set_random_seed(1)
        gan = eager(pool_size=size)
        gan.train_on_batch(*sides)
        states.append(tiny.weights(gan.discriminator_a))
    assert equal(*states)


def test_weights_hold_the_pools(sides, tmp_path):
    gan = eager()
    gan.train_on_batch(*sides)
    gan.save_weights(tmp_path / "gan.weights.h5")
    keras.utils.set_random_seed(99)
    again = eager()
    again.load_weights(tmp_path / "gan.weights.h5")
    assert pools(gan)[1] == 40
    assert equal(tiny.state(gan), tiny.state(again))


def any_size(**kwargs):
    networks = [
        *(tiny.translator(size=None) for _ in "ab"),
        *(tiny.patch_judge(size=None) for _ in "ab"),
    ]
    gan = keras_gan.CycleGAN(
        *networks, **{"pool_size": 70, "seed": 1, **kwargs}
    )
    gan.compile(run_eagerly=True)
    return gan


def test_networks_for_any_size_get_pools_at_the_first_batch(sides, tmp_path):
    gan = any_size()
    assert not gan.pool_a.built
    gan.train_on_batch(*sides)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert equal(pools(gan), pools(again))
    larger = [side.repeat(2, axis=1).repeat(2, axis=2) for side in sides]
    with pytest.raises(ValueError, match=r"holds images of .*\(8, 8, 1\).*16"):
        again.train_on_batch(*larger)
    again.evaluate(*larger, verbose=0)


RUN = """
import sys
import keras, numpy as np
from tests import test_cycle_gan, tiny
folder, seed, kills = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "9"
keras.utils.set_random_seed(seed)
gan = tiny.cycle_gan(pool_size=20)
test_cycle_gan.train(gan, folder, kills)
np.savez(folder + ".npz", *tiny.state(gan))
"""


class Killed(keras.callbacks.Callback):
    """Ends the process at once, as a signal would."""

    def on_train_batch_end(self, batch, logs=None):
        if (self.params["epoch"], batch) == (1, 1):
            os._exit(9)

    def on_epoch_begin(self, epoch, logs=None):
        self.params["epoch"] = epoch


def train(gan, folder, kills):
    random = np.random.default_rng(0)
    a, b = random.uniform(-1, 1, (2, 24, 8, 8, 1)).astype("float32")
    callbacks = [keras.callbacks.BackupAndRestore(folder)]
    if kills:
        callbacks.append(Killed())
    gan.fit(a, b, batch_size=8, epochs=3, verbose=0, callbacks=callbacks)


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_bit(tmp_path):
    # All in processes of their own: TensorFlow adds gradients in an order that
    # the names of the layers decide, and here others have had the first names.
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    runs = [("killed", 1, 9), ("killed", 99, 0), ("straight", 1, 0)]
    for name, seed, code in runs:
        arguments = [str(tmp_path / name), str(seed), str(code)]
        command = [sys.executable, "-W", "ignore", "-c", RUN, *arguments]
        assert subprocess.run(command, env=environment).returncode == code
    resumed, straight = (
        list(np.load(tmp_path / f"{name}.npz").values())
        for name in ("killed", "straight")
    )
    assert equal(resumed, straight)


# ------------------------------------------------------------ what is refused


def networks(**changed):
    return {
        "generator_ab": tiny.translator(),
        "generator_ba": tiny.translator(),
        "discriminator_a": tiny.patch_judge(),
        "discriminator_b": tiny.patch_judge(),
        **changed,
    }


def in_colour(**kwargs):
    """From grey a to colour b."""
    return networks(
        generator_ab=tiny.translator(1, 3),
        generator_ba=tiny.translator(3, 1),
        discriminator_b=tiny.patch_judge(3),
        **kwargs,
    )


def brightness():
    source = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(source)
    return keras.Model(source, x)


CONSTRUCTORS = {
    "identity": (in_colour, "`identity_weight`.*Set identity_weight=0"),
    "other side": (
        lambda: in_colour(discriminator_a=tiny.patch_judge(3)),
        r"images of side a.*'discriminator_a': \(8, 8, 3\)",
    ),
    "way back": (
        lambda: networks(generator_ba=tiny.translator(1, 3)),
        r"images of side a.*'generator_ba': \(8, 8, 3\)",
    ),
    "pair": (
        lambda: networks(discriminator_b=tiny.patch_judge(source=1)),
        "`discriminator_b` is called on an image of side b.*1 input",
    ),
    "ranges": (
        lambda: networks(generator_ab=brightness()),
        "in one range.*'generator_ab': .0.0, 1.0",
    ),
    "pool": (lambda: {**networks(), "pool_size": -1}, "`pool_size` must be"),
    "weight": (
        lambda: {**networks(), "cycle_weight": float("nan")},
        "`cycle_weight` must be",
    ),
}


@pytest.mark.parametrize(
    ("arguments", "words"), CONSTRUCTORS.values(), ids=CONSTRUCTORS
)
def test_what_cannot_work_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        keras_gan.CycleGAN(**arguments())


def test_sides_may_differ_in_channels(images):
    colour = np.repeat(images[:8], 3, axis=-1) * np.float32([1.0, 0.5, -1.0])
    gan = keras_gan.CycleGAN(**in_colour(), identity_weight=0, seed=1)
    gan.compile(run_eagerly=True)
    gan.train_on_batch(images[:8], colour)
    assert gan.translate(images[:2]).shape == (2, 8, 8, 3)
    assert gan.translate(colour[:2], direction="ba").shape == (2, 8, 8, 1)
    with pytest.raises(ValueError, match="other order"):
        gan.fit(colour, images[:8])


def test_sides_of_different_lengths_are_sent_to_their_batches(sides):
    with pytest.raises(ValueError, match=r"\[64, 60\].*UnpairedBatches"):
        eager().fit(sides[0], sides[1][:60])


def test_an_unknown_direction_is_refused(sides):
    with pytest.raises(ValueError, match="`direction` must be one of 'ab'"):
        eager().translate(sides[0], direction="b")


def test_the_networks_are_listed():
    gan = tiny.cycle_gan()
    assert gan.generators == [gan.generator_ab, gan.generator_ba]
    assert gan.discriminators == [gan.discriminator_a, gan.discriminator_b]


def test_the_constructors_arguments_come_back():
    gan = tiny.cycle_gan(identity_weight=0.1, ema_decay=0.5)
    again = keras_gan.CycleGAN.from_config(gan.get_config())
    assert (again.identity_weight, again.cycle_weight) == (0.1, 10.0)
    assert (again.pool_size, again.ema_decay) == (40, 0.5)
    assert again.ema_generator_ba is not None


# ---------------------------------------------------------- mixed precision


def mixed(policy):
    """The paper's networks, small, made and compiled under a policy."""
    keras.config.set_dtype_policy(policy)
    try:
        networks = keras_gan.networks.cycle_gan(
            (8, 8, 1),
            filters=4,
            stages=1,
            blocks=0,
            discriminator_filters=4,
            discriminator_stages=1,
            seed=0,
        )
        gan = keras_gan.CycleGAN(*networks, pool_size=20, seed=5)
        adams = [keras.optimizers.Adam(3e-3, beta_1=0.5) for _ in range(2)]
        gan.compile(*adams)
    finally:
        keras.config.set_dtype_policy("float32")
    return gan


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_cycle_is_learned_in_mixed_precision(policy, sides, tmp_path):
    if (keras.backend.backend(), policy) == ("torch", "mixed_float16"):
        # "slow_conv2d: grad_weight must be contiguous".
        pytest.skip("torch has no such gradient in float16 on the CPU")
    gan = mixed(policy)
    settings = {"batch_size": 8, "epochs": 10, "verbose": 0}
    history = gan.fit(*sides, **settings).history
    assert all(np.isfinite(values).all() for values in history.values())
    for side in "ab":
        cycle = history[f"g_cycle_{side}"]
        assert cycle[-1] < 0.7 * cycle[0]
    assert {keras.backend.standardize_dtype(v.dtype) for v in gan.weights} <= {
        "float32",
        "int32",
        "int64",
        "uint32",
    }
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    for each in (gan, again):
        for start in (0, 16):
            each.train_on_batch(*(side[start : start + 16] for side in sides))
    assert equal(tiny.state(gan), tiny.state(again))
