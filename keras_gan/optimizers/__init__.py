"""Optimizers: Adam with schedules, and those of all players as one."""

from keras_gan.optimizers.adam import Adam
from keras_gan.optimizers.players_optimizer import (
    GANOptimizer,
    PlayersOptimizer,
)

__all__ = ["Adam", "GANOptimizer", "PlayersOptimizer"]
