"""What an image looks like to a network: feature extractors for the metrics."""

from keras_gan.features.classifier import ClassifierExtractor, classifier
from keras_gan.features.extractor import (
    Extracted,
    Extractor,
    ModelExtractor,
    from_model,
)

__all__ = [
    "ClassifierExtractor",
    "Extracted",
    "Extractor",
    "ModelExtractor",
    "classifier",
    "from_model",
]
