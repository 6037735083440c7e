"""What tests/benchmarks/peers.py compares, and where its records are."""

import json
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "benchmarks"
SAVINGS = RECORDS / "savings.json"
STARTUP = RECORDS / "startup.json"
OP_TIMES = RECORDS / "op-times.json"
TRANSLATORS = RECORDS / "translators.json"
OURS = "keras_gan-tensorflow"
LATENT_DIM = 100
GP_WEIGHT = 10.0


@dataclass(frozen=True)
class Workload:
    """What is trained; every contestant does the same.

    Args:
        name: What the command line calls it.
        describe: For the page.
        recipe: Whose networks, model and optimizers.
        batch_size: Images in a batch.
        steps: Batches of a turn.
        jax_steps: The same on JAX, where it is slower.
        logits: Whether the discriminator's score is a logit.
        adam: Learning rate, beta_1 and beta_2 of both players.
        critic_steps: Batches for each step of the generator.
    """

    name: str
    describe: str
    recipe: str
    batch_size: int
    steps: int
    jax_steps: int
    logits: bool
    adam: tuple[float, float, float]
    critic_steps: int = 1

    def steps_of(self, contestant):
        return self.jax_steps if contestant.backend == "jax" else self.steps


WORKLOADS = (
    Workload(
        "small",
        "two hidden layers of 128 in each network, cross-entropy on logits",
        "dense-logits",
        batch_size=32,
        steps=1000,
        jax_steps=1000,
        logits=True,
        adam=(1e-3, 0.9, 0.999),
    ),
    Workload(
        "vanilla",
        "the networks of the recipe `vanilla`, cross-entropy",
        "vanilla",
        batch_size=128,
        steps=100,
        jax_steps=100,
        logits=False,
        adam=(2e-4, 0.5, 0.999),
    ),
    Workload(
        "dcgan",
        "the networks of the recipe `dcgan` (f = 64), cross-entropy",
        "dcgan",
        batch_size=128,
        steps=12,
        jax_steps=4,
        logits=False,
        adam=(2e-4, 0.5, 0.999),
    ),
    Workload(
        "wgan-gp",
        "the networks of the recipe `wgan-gp`, gradient penalty 10, a step of "
        "the generator after every 5 of the critic",
        "wgan-gp",
        batch_size=64,
        steps=10,
        jax_steps=5,
        logits=True,
        adam=(1e-3, 0.0, 0.9),
        critic_steps=5,
    ),
)


@dataclass(frozen=True)
class Contestant:
    """Who trains.

    Args:
        name: What the command line calls it.
        describe: For the page.
        module: The one of tests/benchmarks/contestants that does it.
        backend: What Keras runs on, or None without Keras.
    """

    name: str
    describe: str
    module: str
    backend: str | None


CONTESTANTS = (
    Contestant(
        OURS, "`keras_gan`, `fit` on TensorFlow", "keras_gan_fit", "tensorflow"
    ),
    Contestant(
        "keras_gan-jax", "`keras_gan`, `fit` on JAX", "keras_gan_fit", "jax"
    ),
    Contestant(
        "keras_gan-torch",
        "`keras_gan`, `fit` on torch",
        "keras_gan_fit",
        "torch",
    ),
    Contestant(
        "tf-function",
        "hand-written `tf.function` loop",
        "handwritten_loop",
        "tensorflow",
    ),
    Contestant(
        "keras-fit",
        "`keras.Model` with its own `train_step`, `fit`",
        "stock_keras",
        "tensorflow",
    ),
    Contestant("pytorch", "PyTorch loop, eager", "plain_torch", None),
    Contestant(
        "pytorch-compile",
        "PyTorch loop, `torch.compile`",
        "compiled_torch",
        None,
    ),
)


def workload(name):
    return next(each for each in WORKLOADS if each.name == name)


def contestant(name):
    return next(each for each in CONTESTANTS if each.name == name)


def record(workload):
    """The record of a workload, or None where it was not measured."""
    path = RECORDS / f"{workload.name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None
