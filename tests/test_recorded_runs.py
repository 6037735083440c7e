"""Training comes to what it came to before, within rounding."""

import numpy as np
import pytest

from tests.data import recorded_runs

# Each has a part of the step that no other one of them has.
_OFTEN = ("gan_r1_ema", "hinge_two_steps", "wgan_gp_average", "ac_gan")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in _OFTEN else pytest.mark.slow)
        for name in recorded_runs.RUNS
    ],
)
def test_a_run_comes_to_the_recorded_numbers(name):
    wanted = recorded_runs.recorded()[name]
    found = recorded_runs.run(recorded_runs.RUNS[name])
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        # Other processors round in other places.
        np.testing.assert_allclose(
            found[key], value, rtol=1e-3, atol=2e-4, err_msg=key
        )
