"""A hand-written JAX step around the recipe's networks of Keras."""

from functools import partial

import jax
import jax.numpy as jnp
import keras

from keras_gan import recipes
from tests.gpu import fitted, groups
from tests.gpu.plans import PLANS

SCALE = {"float32": 1.0, "bfloat16": 1.0, "float16": 1024.0}
"""What losses are multiplied with, so that gradients do not underflow."""


class Training:
    """As `fitted.Training`."""

    def __init__(self, group, images, device):
        keras.config.set_dtype_policy(fitted.POLICIES[group.dtype])
        recipe = groups.recipe_of(group)
        gan = recipes.assemble(recipe, images.shape[1:], seed=0)
        self.networks = gan.generator, gan.discriminator
        self.plan, self.group = PLANS[group.recipe], group
        self.images, self.wait = images, device.wait
        self.state = self._first_state()
        self.step, self.order = 0, jax.random.key(1)
        step = partial(_step, self.networks, self.plan, SCALE[group.dtype])
        self.train = jax.jit(
            step, static_argnames=("penalised", "generates"), donate_argnums=0
        )
        self.last = jnp.zeros(2)

    def first_step(self, images):
        self._train(images, range(len(images)))

    def epochs(self, count):
        for _ in range(count):
            self.order, key = jax.random.split(self.order)
            order = jax.device_get(
                jax.random.permutation(key, len(self.images))
            )
            self._train(self.images, order)

    def losses(self):
        return self.last.tolist()

    def _train(self, images, order):
        size = self.group.batch_size
        for start in range(0, len(order), size):
            batch = images[order[start : start + size]]
            penalised = self.step % self.plan.interval == 0
            self.step += 1
            self.state, self.last = self.train(
                self.state,
                batch,
                self.last,
                penalised=penalised,
                generates=self.step % self.plan.critic_steps == 0,
            )
        self.wait(self.state)

    def _first_state(self):
        weights = [_values(n.trainable_variables) for n in self.networks]
        # Copies: Keras keeps its own, and these are given away.
        weights = jax.tree.map(jnp.copy, weights)
        others = [_values(n.non_trainable_variables) for n in self.networks]
        return {
            "weights": weights,
            "others": jax.tree.map(jnp.copy, others),
            "moments": [_zeros(weights[0]), _zeros(weights[1])],
            "counts": [jnp.zeros(()), jnp.zeros(())],
            "average": jax.tree.map(jnp.copy, weights[0]),
            "key": jax.random.key(0),
        }


def _values(variables):
    return [variable.value for variable in variables]


def _zeros(weights):
    return jax.tree.map(
        lambda w: (jnp.zeros_like(w), jnp.zeros_like(w)), weights
    )


def _step(networks, plan, scale, state, pixels, last, *, penalised, generates):
    """Both players' turns; returns the state and the losses."""
    real = pixels.astype(jnp.float32) / 127.5 - 1.0
    key, *keys = jax.random.split(state["key"], 4)
    state = {**state, "key": key}
    shape = len(real), plan.latent_dim
    fake, of_generator = networks[0].stateless_call(
        state["weights"][0],
        state["others"][0],
        jax.random.normal(keys[0], shape),
        training=True,
    )
    fake = fake.astype(jnp.float32)
    state = {**state, "others": [of_generator, state["others"][1]]}

    def objective(weights):
        judge = partial(_scores, networks[1], weights)
        real_scores, others = judge(state["others"][1], real)
        fake_scores, others = judge(others, fake)
        loss = _d_loss(plan.loss, real_scores, fake_scores)
        if penalised:
            score = lambda images: judge(others, images)[0].sum()  # noqa: E731
            loss += _penalty(plan, score, real, fake, keys[1])
        return loss * scale, (loss, others)

    state, d_loss = _update(state, 1, objective, plan.adam, scale)
    if not generates:
        return state, jnp.stack([d_loss, last[1]])

    def g_objective(weights):
        images, of_generator = networks[0].stateless_call(
            weights,
            state["others"][0],
            jax.random.normal(keys[2], shape),
            training=True,
        )
        judge = partial(_scores, networks[1], state["weights"][1])
        real_scores, others = judge(state["others"][1], real)
        fake_scores, _ = judge(others, images.astype(jnp.float32))
        loss = _g_loss(plan.loss, real_scores, fake_scores)
        return loss * scale, (loss, of_generator)

    state, g_loss = _update(state, 0, g_objective, plan.adam, scale)
    if plan.decay is not None:
        average = jax.tree.map(
            lambda old, new: plan.decay * old + (1 - plan.decay) * new,
            state["average"],
            state["weights"][0],
        )
        state = {**state, "average": average}
    return state, jnp.stack([d_loss, g_loss])


def _scores(discriminator, weights, others, images):
    scores, others = discriminator.stateless_call(
        weights, others, images, training=True
    )
    return scores.astype(jnp.float32), others


def _d_loss(kind, real, fake):
    if kind == "wasserstein":
        return fake.mean() - real.mean()
    if kind == "pairing":
        return jax.nn.softplus(fake - real).mean()
    # The recipe's scores are probabilities.
    return -jnp.log(real + 1e-7).mean() - jnp.log1p(1e-7 - fake).mean()


def _g_loss(kind, real, fake):
    if kind == "wasserstein":
        return -fake.mean()
    if kind == "pairing":
        return jax.nn.softplus(real - fake).mean()
    return -jnp.log(fake + 1e-7).mean()


def _penalty(plan, score, real, fake, key):
    def squares(images):
        return jnp.square(jax.grad(score)(images)).sum((1, 2, 3))

    total = 0.0
    if plan.r1:
        total += plan.r1 / 2 * squares(real).mean()
    if plan.r2:
        total += plan.r2 / 2 * squares(fake).mean()
    if plan.gp_weight:
        share = jax.random.uniform(key, (len(real), 1, 1, 1))
        norms = jnp.sqrt(squares(real + share * (fake - real)) + 1e-12)
        total += plan.gp_weight * jnp.square(norms - 1.0).mean()
    return total


def _update(state, player, objective, adam, scale):
    """Adam on one player; a step with infinite gradients changes nothing."""
    gradient = jax.grad(objective, has_aux=True)
    grads, (loss, others) = gradient(state["weights"][player])
    grads = jax.tree.map(lambda g: g / scale, grads)
    finite = jnp.array([jnp.isfinite(g).all() for g in grads]).all()
    count = state["counts"][player] + 1
    pairs = [
        _adam(*each, count, *adam)
        for each in zip(
            state["weights"][player],
            grads,
            state["moments"][player],
            strict=True,
        )
    ]
    new = [w for w, _ in pairs], [m for _, m in pairs], count
    names = "weights", "moments", "counts"
    changed = {}
    for name, value in zip(names, new, strict=True):
        both = list(state[name])
        both[player] = jax.tree.map(
            lambda new, old: jnp.where(finite, new, old), value, both[player]
        )
        changed[name] = both
    kept = list(state["others"])
    kept[player] = others
    return {**state, **changed, "others": kept}, loss


def _adam(weight, gradient, moments, count, rate, beta_1, beta_2):
    first = beta_1 * moments[0] + (1 - beta_1) * gradient
    second = beta_2 * moments[1] + (1 - beta_2) * jnp.square(gradient)
    rate = rate * jnp.sqrt(1 - beta_2**count) / (1 - beta_1**count)
    return weight - rate * first / (jnp.sqrt(second) + 1e-7), (first, second)
