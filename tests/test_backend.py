import ast
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan import backend
from keras_gan.models.bound_network import BoundNetwork
from tests import tiny

X = np.array([[1.0, 2.0], [-1.0, 0.5]], "float32")


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def module(name):
    path = Path(backend.__file__).with_name(f"{name}.py")
    return ast.parse(path.read_text("utf-8"))


def functions(statements):
    """The public functions among them: name, arguments and defaults."""
    found = {}
    for each in statements:
        if isinstance(each, ast.FunctionDef) and each.name[0] != "_":
            arguments = each.args
            for argument in [*arguments.args, *arguments.kwonlyargs]:
                argument.annotation = None
            arguments.args = [a for a in arguments.args if a.arg != "self"]
            found[each.name] = ast.unparse(arguments)
    return found


@pytest.mark.parametrize("name", ["tensorflow", "jax", "torch"])
def test_an_adapter_has_the_functions_of_the_port_and_no_others(name):
    (port,) = (
        each
        for each in module("port").body
        if isinstance(each, ast.ClassDef) and each.name == "Port"
    )
    adapter = module(name).body
    assert functions(adapter) == functions(port.body)
    names = [each.name for each in adapter if isinstance(each, ast.ClassDef)]
    # What the port asks for may be a class of another module.
    for each in adapter:
        if isinstance(each, ast.Assign):
            names += [ast.unparse(target) for target in each.targets]
    public = {name for name in names if name[0] != "_"}
    assert public == {"Adam", "HeldRows", "Stepper"}


def test_all_of_the_port_is_offered():
    assert {name for name in vars(backend.port.Port) if name[0] != "_"} - {
        "layer_generator_states",
        "workers_sum",
    } <= set(backend.__all__)


def test_value_and_grad_differentiates_only_what_it_is_told():
    a, b = keras.Variable([2.0, 3.0]), keras.Variable([5.0, 7.0])

    def objective():
        return ops.sum(a * a * b), "out"

    aux, (gradient,) = backend.value_and_grad(objective, [a], [a, b])
    assert aux == "out" if keras.backend.backend() != "jax" else True
    np.testing.assert_allclose(numpy(gradient), [20.0, 42.0])


def test_state_that_the_objective_changes_is_kept():
    weight, count = keras.Variable(2.0), keras.Variable(0.0, trainable=False)

    def objective():
        count.assign(count + 3.0)
        return weight * 2.0, ops.stop_gradient(weight * 4.0)

    aux, _ = backend.value_and_grad(objective, [weight], [weight, count])
    assert float(numpy(aux)) == 8.0
    assert float(numpy(count)) == 3.0


def test_what_a_compiled_function_assigns_is_kept():
    weight, count = keras.Variable(2.0), keras.Variable(0.0, trainable=False)

    def step():
        value, (gradient,) = backend.value_and_grad(
            lambda: (weight * weight, ops.stop_gradient(weight * 3.0)),
            [weight],
            [weight, count],
        )
        count.assign(count + 1.0)
        weight.assign(weight - ops.stop_gradient(gradient))
        return value

    run = backend.compiled(step, [weight, count])
    values = [float(numpy(run())) for _ in range(3)]
    # The weight is 2, and loses its double in each step.
    assert values == [6.0, -6.0, 6.0]
    assert float(numpy(count)) == 3.0


def test_a_recorded_call_is_differentiated_with_what_is_made_of_it():
    w, v = keras.Variable([2.0, 3.0]), keras.Variable(5.0)
    count = keras.Variable(0.0, trainable=False)

    def make():
        count.assign(count + 1.0)
        return w * w

    recording = backend.record(make, [w], [w, v, count])
    np.testing.assert_allclose(numpy(recording.output), [4.0, 9.0])

    def of_another(w_squared):
        value = ops.sum(v * w_squared)
        return value, value

    # Meanwhile the output is a constant to the other player.
    _, (gradient,) = backend.value_and_grad(
        lambda: of_another(recording.output), [v], [w, v, count]
    )
    assert float(numpy(gradient)) == 13.0
    v.assign(7.0)

    def of_both(w_squared):
        value = ops.sum(v * w_squared + w)
        return value, value

    value, (gradient,) = backend.value_and_grad(
        of_both, [w], [w, v, count], recording
    )
    # v w^2 + w, with the new v and by both ways to w.
    assert float(numpy(value)) == 7 * 13 + 5
    np.testing.assert_allclose(numpy(gradient), [7 * 4 + 1, 7 * 6 + 1])
    assert float(numpy(count)) == 1.0


def test_nested_outputs_are_recorded_whole():
    w, v = keras.Variable([2.0, 3.0]), keras.Variable(5.0)

    def make():
        return {
            "square": w * w,
            "others": (w * w * w, None, [ops.convert_to_tensor([1, 0])]),
        }

    recording = backend.record(make, [w], [w, v])
    cube, nothing, (labels,) = recording.output["others"]
    np.testing.assert_allclose(numpy(recording.output["square"]), [4.0, 9.0])
    np.testing.assert_allclose(numpy(cube), [8.0, 27.0])
    np.testing.assert_array_equal(numpy(labels), [1, 0])
    assert nothing is None

    def of_two(made):
        cube, _, (labels,) = made["others"]
        value = ops.sum(v * made["square"] + cube * ops.cast(labels, "float32"))
        return value, value

    _, (by_v,) = backend.value_and_grad(
        lambda: of_two(recording.output), [v], [w, v]
    )
    assert float(numpy(by_v)) == 13.0
    value, (by_w,) = backend.value_and_grad(of_two, [w], [w, v], recording)
    # v w^2 of both, and w^3 of the first alone.
    assert float(numpy(value)) == 5 * 13 + 8
    np.testing.assert_allclose(numpy(by_w), [5 * 4 + 3 * 4, 5 * 6])


def test_an_output_that_the_objective_leaves_out_changes_nothing():
    w = keras.Variable([2.0, 3.0])
    recording = backend.record(
        lambda: {"used": w * w, "left out": w * w * w}, [w], [w]
    )

    def of_one(made):
        value = ops.sum(made["used"])
        return value, value

    _, (gradient,) = backend.value_and_grad(of_one, [w], [w], recording)
    np.testing.assert_allclose(numpy(gradient), [4.0, 6.0])


def test_an_input_gradient_equals_the_derivative():
    def cubic(x):
        return ops.sum(x**3, axis=1, keepdims=True)

    gradient = backend.input_gradient(cubic, ops.convert_to_tensor(X))
    np.testing.assert_allclose(numpy(gradient), 3 * X**2, rtol=1e-6)


def test_an_input_gradient_can_be_differentiated_again():
    scale = keras.Variable(2.0)

    def objective():
        gradient = backend.input_gradient(
            lambda x: ops.sum(scale * x**3, axis=1), ops.convert_to_tensor(X)
        )
        value = ops.sum(ops.square(gradient))
        return value, value

    value, (gradient,) = backend.value_and_grad(objective, [scale], [scale])
    # sum((3 s x^2)^2) and its derivative by s.
    by_hand = 9 * np.sum(X**4)
    assert float(numpy(value)) == pytest.approx(4 * by_hand, rel=1e-5)
    assert float(numpy(gradient)) == pytest.approx(4 * by_hand, rel=1e-5)


def test_an_input_gradient_of_an_input_gradient_is_the_second_derivative():
    def slope(x):
        return backend.input_gradient(lambda y: ops.sum(y**3, axis=1), x)

    curvature = backend.input_gradient(slope, ops.convert_to_tensor(X))
    np.testing.assert_allclose(numpy(curvature), 6 * X, rtol=1e-6)


def two_parts(a, b):
    """D(x) = a.x + b.x^2, a score for each sample, and what it was called."""
    calls = []

    def function(x):
        calls.append(x)
        scores = ops.sum(a * x + b * ops.square(x), axis=1)
        return scores, {"scores": scores, "nothing": None}

    return function, calls


def test_one_pass_gives_outputs_and_the_gradient_by_its_input():
    a, b = keras.Variable([2.0, 3.0]), keras.Variable([5.0, 7.0])
    function, calls = two_parts(a, b)
    outputs, gradient = backend.outputs_and_gradient(
        function, ops.convert_to_tensor(X)
    )
    by_hand = numpy(a) * X + numpy(b) * X**2
    np.testing.assert_allclose(numpy(outputs["scores"]), by_hand.sum(1))
    assert outputs["nothing"] is None
    np.testing.assert_allclose(numpy(gradient), numpy(a) + 2 * numpy(b) * X)
    assert len(calls) == 1


def test_outputs_and_their_gradient_are_differentiable_together():
    a, b = keras.Variable([2.0, 3.0]), keras.Variable([5.0, 7.0])
    function, calls = two_parts(a, b)

    def objective():
        outputs, gradient = backend.outputs_and_gradient(
            function, ops.convert_to_tensor(X)
        )
        loss = ops.sum(outputs["scores"]) + ops.sum(ops.square(gradient))
        return loss, outputs

    outputs, (by_a, by_b) = backend.value_and_grad(objective, [a, b], [a, b])
    slope = numpy(a) + 2 * numpy(b) * X
    np.testing.assert_allclose(numpy(by_a), (X + 2 * slope).sum(0), rtol=1e-6)
    np.testing.assert_allclose(
        numpy(by_b), (X**2 + 4 * slope * X).sum(0), rtol=1e-6
    )
    assert outputs["scores"].shape == (2,)
    assert len(calls) == 1


def test_outputs_are_differentiable_by_the_input_of_their_pass():
    function, _ = two_parts(2.0, 3.0)

    def summed(x):
        outputs, gradient = backend.outputs_and_gradient(function, x)
        return outputs["scores"] + ops.sum(gradient, axis=1)

    found = backend.input_gradient(summed, ops.convert_to_tensor(X))
    np.testing.assert_allclose(numpy(found), 2 + 6 * X + 6, rtol=1e-6)


def curved_critic():
    network = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(3, activation="tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5, seed=1),
            keras.layers.Dense(1),
        ]
    )
    deterministic(network, 0.4)
    return network, BoundNetwork(lambda x: network(x, training=True), [network])


def penalised(of_scores_and_gradient):
    """The loss, its gradients and the state after one call of a critic."""
    network, critic = curved_critic()

    def objective():
        scores, gradient = of_scores_and_gradient(
            critic, ops.convert_to_tensor(X)
        )
        loss = ops.sum(ops.square(scores)) + ops.sum(ops.square(gradient))
        return loss, (loss, scores, gradient)

    aux, gradients = backend.value_and_grad(
        objective, network.trainable_variables, network.variables
    )
    return [numpy(each) for each in [*aux, *gradients]], [
        numpy(v) for v in network.non_trainable_variables
    ]


def test_a_shared_pass_equals_two_passes_of_equal_noise():
    def together(critic, x):
        def function(x):
            scores = critic(x)
            return scores, scores

        return backend.outputs_and_gradient(function, x, critic.variables)

    def apart(critic, x):
        before = [ops.copy(v) for v in critic.variables]
        scores = critic(x)
        for variable, value in zip(critic.variables, before, strict=True):
            if not variable.trainable:
                variable.assign(value)
        return scores, backend.input_gradient(critic, x)

    (ours, state), (two, state_of_two) = penalised(together), penalised(apart)
    for left, right in zip(ours + state, two + state_of_two, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6)
    network, _ = curved_critic()
    for value, fresh in zip(
        state, network.non_trainable_variables, strict=True
    ):
        assert not np.array_equal(value, numpy(fresh))


@pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="torch turns gradients off"
)
def test_without_gradients_outputs_hold_no_graph():
    import torch

    function, _ = two_parts(keras.Variable([2.0, 3.0]), 1.0)
    with torch.no_grad():
        outputs, gradient = backend.outputs_and_gradient(
            function, ops.convert_to_tensor(X)
        )
    np.testing.assert_allclose(numpy(gradient), [2.0, 3.0] + 2 * X)
    assert not outputs["scores"].requires_grad
    assert outputs["nothing"] is None


def test_an_input_that_does_not_matter_has_gradient_zero():
    gradient = backend.input_gradient(
        lambda x: 0.0 * ops.sum(x, axis=1), ops.convert_to_tensor(X)
    )
    np.testing.assert_array_equal(numpy(gradient), 0 * X)


def test_batch_statistics_and_seeds_advance_in_a_penalised_critic():
    network = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5, seed=1),
            keras.layers.Dense(1),
        ]
    )
    critic = BoundNetwork(lambda x: network(x, training=True), [network])
    before = [numpy(v).copy() for v in network.variables]

    def objective():
        gradient = backend.input_gradient(critic, ops.convert_to_tensor(X))
        loss = ops.sum(ops.square(gradient))
        return loss, loss

    backend.value_and_grad(
        objective, network.trainable_variables, network.variables
    )
    moved = {
        v.path.split("/")[-1]
        for v, was in zip(network.variables, before, strict=True)
        if not np.array_equal(numpy(v), was)
    }
    assert {"moving_mean", "moving_variance", "seed_generator_state"} <= moved


def test_apply_gradients_makes_one_step():
    weight = keras.Variable([1.0, 2.0])
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.build([weight])
    backend.apply_gradients(
        optimizer, [ops.convert_to_tensor([2.0, -2.0])], [weight]
    )
    np.testing.assert_allclose(numpy(weight), [0.0, 3.0])
    assert int(numpy(optimizer.iterations)) == 1


only_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow's kernel"
)
ADAMS = {
    "default": lambda: keras.optimizers.Adam(0.1),
    "without momentum": lambda: keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5), beta_1=0.0
    ),
    "amsgrad": lambda: keras.optimizers.Adam(0.1, amsgrad=True),
    "decay": lambda: keras.optimizers.AdamW(0.1, weight_decay=0.1),
    "clipped": lambda: keras.optimizers.Adam(0.1, global_clipnorm=0.5),
    "averaged": lambda: keras.optimizers.Adam(
        0.1, use_ema=True, ema_overwrite_frequency=2
    ),
    "accumulated": lambda: keras.optimizers.Adam(
        0.1, gradient_accumulation_steps=2
    ),
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(
        keras.optimizers.Adam(0.1), initial_scale=2.0
    ),
}


def adam_steps(apply, make, dtype):
    rng = np.random.default_rng(5)
    weights = [keras.Variable(np.ones(s), dtype=dtype) for s in ((3, 2), (4,))]
    optimizer = make()
    optimizer.build(weights)
    for _ in range(4):
        gradients = [
            ops.convert_to_tensor(rng.normal(size=w.shape), dtype=dtype)
            for w in weights
        ]
        apply(optimizer, gradients, weights)
    return [numpy(ops.cast(v, "float32")) for v in weights]


@only_tensorflow
@pytest.mark.parametrize("make", ADAMS.values(), ids=ADAMS)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_adam_in_one_kernel_is_keras_adam(make, dtype):
    ours = adam_steps(backend.apply_gradients, make, dtype)
    keras_adam = adam_steps(
        lambda optimizer, *pairs: optimizer.apply(*pairs), make, dtype
    )
    # Keras rounds 1 - beta_2 once more, by 1e-5 of it.
    close = {"float32": 1e-5, "bfloat16": 0.02}[dtype]
    for left, right in zip(ours, keras_adam, strict=True):
        np.testing.assert_allclose(left, right, rtol=close, atol=close)


@only_tensorflow
def test_adam_takes_one_kernel():
    import tensorflow as tf

    weight = keras.Variable(np.ones(3))
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build([weight])

    @tf.function
    def step(gradient):
        backend.apply_gradients(optimizer, [gradient], [weight])

    graph = step.get_concrete_function(tf.zeros(3)).graph
    kernels = [op.type for op in graph.get_operations()]
    assert kernels.count("ResourceApplyAdam") == 1
    assert "AssignSubVariableOp" not in kernels


@pytest.mark.slow
@only_tensorflow
def test_untuned_data_train_as_those_that_keras_hands_out(images):
    import tensorflow as tf

    class Tuned(keras_gan.GAN):
        @property
        def distribute_strategy(self):
            return tf.distribute.get_strategy()

    weights = []
    for kind in (Tuned, keras_gan.GAN):
        keras.utils.set_random_seed(1)
        model = kind(*tiny.pair(), seed=5)
        model.compile()
        data = tf.data.Dataset.from_tensor_slices(images).batch(32)
        model.fit(data.map(lambda x: x, tf.data.AUTOTUNE), epochs=2, verbose=0)
        weights.append(model.get_weights())
    for tuned, untuned in zip(*weights, strict=True):
        np.testing.assert_array_equal(tuned, untuned)


@pytest.mark.parametrize("predicate", [True, False])
def test_update_if_changes_variables_where_due(predicate):
    total = keras.Variable(1.0)
    backend.update_if(
        ops.convert_to_tensor(predicate),
        lambda x: total.assign(total + ops.sum(x)),
        (ops.convert_to_tensor(X),),
        [total],
    )
    assert float(numpy(total)) == pytest.approx(1 + predicate * X.sum())


def test_one_replica_draws_its_own_numbers():
    left, right = (keras.random.SeedGenerator(3) for _ in range(2))
    drawn = backend.draw(keras.random.normal, (4, 2), left)
    np.testing.assert_array_equal(
        numpy(drawn), numpy(keras.random.normal((4, 2), seed=right))
    )


def test_the_random_state_comes_back():
    state = backend.random_state()
    if not state:
        pytest.skip("This framework has no global random state.")
    import torch

    first = torch.rand(3)
    backend.set_random_state(state)
    assert torch.equal(first, torch.rand(3))


def test_a_walk_enters_every_layer():
    # Private to Keras: this is what tells when it changes.
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    outer = keras.Sequential(
        [
            keras.Input((4, 3)),
            keras.layers.TimeDistributed(inner),
        ]
    )
    kinds = [type(layer) for layer in backend.flat_layers(outer)]
    assert kinds.count(keras.layers.Dense) == 1
    assert outer in list(backend.flat_layers(outer))


@pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="a limit of torch"
)
def test_torch_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="second derivatives"):
        tiny.wgan_gp().compile(jit_compile=True)
    with pytest.raises(ValueError, match="steps_per_execution=2"):
        tiny.gan().compile(steps_per_execution=2)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a policy on TensorFlow"
)
def test_a_cpu_runs_the_plain_graph():
    model = tiny.gan()
    model.compile()
    assert model.jit_compile is False


FIXED = np.linspace(-1.5, 1.5, 64 * 6).reshape(64, 6).astype("float32")


def fixed_noise(distribution, shape, seed):
    """The same numbers on every backend, for as many rows as are asked for."""
    rows = FIXED[:, : shape[1]] if len(shape) == 2 else FIXED[:, :1]
    if distribution is keras.random.uniform:
        rows = (rows[:, :1] + 1.5) / 3.0
    rows = ops.convert_to_tensor(rows)[: shape[0]]
    return ops.reshape(rows, tuple(shape))


def deterministic(network, scale):
    """Sets weights that no random generator has had a part in."""
    count = 0
    values = []
    for weight in network.get_weights():
        numbers = np.arange(count, count + weight.size)
        count += weight.size
        value = scale * np.sin(0.7 * numbers).reshape(weight.shape)
        values.append(value.astype("float32"))
    network.set_weights(values)


def fingerprint(network):
    return [
        [float(w.sum()), float(np.abs(w).sum())] for w in network.get_weights()
    ]


@pytest.mark.parametrize("name", ["non_saturating_r1", "wgan_gp"])
def test_training_equals_a_plain_torch_loop(name, monkeypatch):
    import json

    path = Path(__file__).parent / "data" / "reference_run.json"
    expected = json.loads(path.read_text())[name]
    monkeypatch.setattr(backend, "draw", fixed_noise)
    generator = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(8, activation="tanh"),
        ]
    )
    judge = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(16, activation="tanh"),
            keras.layers.Dense(1),
        ]
    )
    deterministic(generator, 0.3)
    deterministic(judge, 0.4)
    if name == "wgan_gp":
        model = keras_gan.WGANGP(generator, judge, discriminator_steps=2)
    else:
        model = keras_gan.GAN(generator, judge, regularizer="r1")
    model.compile(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05))
    real = np.cos(np.arange(64 * 8)).reshape(64, 8).astype("float32")
    for _ in range(6):
        model.train_on_batch(real)
    for network in ("generator", "discriminator"):
        got = fingerprint(getattr(model, network))
        np.testing.assert_allclose(got, expected[network], rtol=2e-4, atol=2e-5)
