"""The commands of `keras-gan`, one in each module.

A module has `add_parser`, which declares the command's arguments, and `run`,
which does what they say and returns the exit code.
"""
