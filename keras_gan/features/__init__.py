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
from keras_gan.features.stacked import (
    StackedClassifierExtractor,
    stacked_classifier,
)
from keras_gan.features.vectors import (
    GaussiansExtractor,
    VectorExtractor,
    gaussians,
    vectors,
)

__all__ = [
    "ClassifierExtractor",
    "Extracted",
    "Extractor",
    "GaussiansExtractor",
    "ImageNetExtractor",
    "InceptionExtractor",
    "ModelExtractor",
    "StackedClassifierExtractor",
    "VectorExtractor",
    "classifier",
    "from_model",
    "gaussians",
    "imagenet",
    "inception",
    "stacked_classifier",
    "vectors",
]
