"""Feature extractors for the metrics: images as networks see them."""

from keras_gan.features.classifiers import ClassifierExtractor, classifier
from keras_gan.features.efficientnet import ImageNetExtractor, imagenet
from keras_gan.features.extractor import (
    Extracted,
    Extractor,
    ModelExtractor,
    from_model,
)
from keras_gan.features.inception_v3 import InceptionExtractor, inception

__all__ = [
    "ClassifierExtractor",
    "Extracted",
    "Extractor",
    "ImageNetExtractor",
    "InceptionExtractor",
    "ModelExtractor",
    "classifier",
    "from_model",
    "imagenet",
    "inception",
]
