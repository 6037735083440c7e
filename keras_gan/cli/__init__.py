"""The command line, `keras-gan`: one module a command."""

from keras_gan.cli.main import main as main

__all__ = ["main"]
