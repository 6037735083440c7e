"""What hand-written loops need to know of a recipe, as plain numbers."""

from dataclasses import dataclass

ADAM = {
    "quick": (1e-3, 0.0, 0.99),
    "dcgan": (2e-4, 0.5, 0.999),
    "wgan-gp": (1e-3, 0.0, 0.9),
    "r3gan": (2e-3, 0.0, 0.9),
}
"""Learning rate, beta_1 and beta_2 of both players."""


@dataclass(frozen=True)
class Plan:
    """How a recipe trains.

    Args:
        loss: "pairing", "cross-entropy" or "wasserstein".
        adam: Learning rate, beta_1, beta_2.
        latent_dim: Length of a latent vector.
        r1: Weight of the penalty on real images.
        r2: Weight of the one on generated images.
        interval: Steps from one penalty to the next.
        gp_weight: Of the penalty between real and generated images.
        critic_steps: Batches for each step of the generator.
        decay: Of the moving average of the generator's weights, or None.
    """

    loss: str
    adam: tuple[float, float, float]
    latent_dim: int = 100
    r1: float = 0.0
    r2: float = 0.0
    interval: int = 1
    gp_weight: float = 0.0
    critic_steps: int = 1
    decay: float | None = None


PLANS = {
    "quick": Plan("pairing", ADAM["quick"], r1=1.0, interval=4, decay=0.9995),
    "dcgan": Plan("cross-entropy", ADAM["dcgan"]),
    "wgan-gp": Plan(
        "wasserstein", ADAM["wgan-gp"], gp_weight=10.0, critic_steps=5
    ),
    "r3gan": Plan(
        "pairing",
        ADAM["r3gan"],
        latent_dim=64,
        r1=1.0,
        r2=1.0,
        decay=0.9995,
    ),
}

CYCLE = 20
"""Steps after which each plan has done the same again."""
