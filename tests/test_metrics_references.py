"""The metrics beside the packages they must agree with, where installed."""

import importlib

import numpy as np
import pytest
from feature_sets import CASES, feature_sets

from keras_gan import metrics


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch")
    library = torch.library.Library("torchvision", "DEF")
    try:
        # torchvision's CUDA build lacks them beside torch for the CPU.
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor a, Tensor b, float c) -> Tensor")
        importlib.import_module("torchvision")
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"torchvision does not fit torch: {error}")
    return torch


def _moments(features):
    return features.mean(axis=0), np.cov(features, rowvar=False)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The `disp` argument is deprecated")
@pytest.mark.parametrize("case", CASES)
def test_frechet_distance_equals_pytorch_fid(torch, case):
    reference = pytest.importorskip("pytorch_fid.fid_score")
    real, fake = feature_sets(case)
    expected = reference.calculate_frechet_distance(
        *_moments(real), *_moments(fake)
    )
    found = metrics.frechet_distance(real, fake)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_kernel_distance_equals_torch_fidelity(torch, case):
    reference = pytest.importorskip("torch_fidelity.metric_kid")
    real, fake = (x[:20] for x in feature_sets(case))
    expected = reference.kid_features_to_metric(
        torch.from_numpy(real),
        torch.from_numpy(fake),
        kid_subsets=1,
        kid_subset_size=20,
        verbose=False,
    )["kernel_inception_distance_mean"]
    found = metrics.kernel_distance(real, fake)
    assert found == pytest.approx(expected, rel=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("dim", [8, 64])
def test_manifold_metrics_equal_prdc(dim):
    reference = pytest.importorskip("prdc")
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2500, dim)), rng.normal(0, 0.9, (2100, dim))
    expected = reference.compute_prdc(real, fake, nearest_k=5)
    found = {
        **metrics.precision_recall(real, fake, k=5),
        **metrics.density_coverage(real, fake, k=5),
    }
    assert found == pytest.approx(expected, rel=1e-14)
