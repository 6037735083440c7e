"""A classifier from few labels: generated images are one class more.

The discriminator names K classes. With `Z` the sum of the exponentials of its
outputs, an image is real with probability `Z / (Z + 1)`: the score is `log Z`.
Images without a label (-1) teach it that, too. Salimans et al., 2016, arXiv
1606.03498, section 5.
"""

import keras
import numpy as np
from keras import ops

import keras_gan
from keras_gan import backend


@keras.saving.register_keras_serializable("examples")
class SemiSupervisedGAN(keras_gan.GAN):
    @property
    def log_names(self):
        return [*super().log_names, "d_class_loss"]

    def unpack(self, data):
        images, labels = data
        labels = ops.cast(ops.convert_to_tensor(labels), "int32")
        return ops.cast(ops.convert_to_tensor(images), "float32"), (labels,)

    def call_discriminator(self, images, condition, training):
        classes = self.discriminator(images, training=training)
        classes = ops.cast(classes, "float32")
        return ops.logsumexp(classes, axis=-1, keepdims=True), classes

    def discriminator_loss(self, real, fake, condition=(), training=True):
        real_scores, classes = self.judge(real, condition, training)
        fake_scores = self.discriminate(fake, condition, training)
        (labels,) = condition
        known = ops.cast(labels >= 0, "float32")
        surprise = ops.sparse_categorical_crossentropy(
            ops.maximum(labels, 0), classes, from_logits=True
        )
        share = ops.maximum(backend.global_mean(known), 1e-6)
        named = ops.mean(known * surprise) / share
        loss = self.adversarial_loss.discriminator(real_scores, fake_scores)
        return loss + named, {
            "d_real": real_scores,
            "d_fake": fake_scores,
            "d_class_loss": named,
        }

    def classify(self, images):
        """Returns the class of each image, integers (n,)."""
        return np.argmax(self.discriminator.predict(images, verbose=0), axis=-1)


def networks(shape=(28, 28, 1), num_classes=10):
    generator, plain = keras_gan.networks.dcgan(shape)
    classes = keras.layers.Dense(num_classes)(plain.layers[-2].output)
    return generator, keras.Model(plain.input, classes)


if __name__ == "__main__":
    images, labels = keras_gan.datasets.load("fashion_mnist_sample")
    images = images.astype("float32") / 127.5 - 1.0
    few = np.where(np.arange(len(labels)) < len(labels) // 10, labels, -1)
    gan = SemiSupervisedGAN(*networks())
    gan.fit(images, few, epochs=10)
    right = np.mean(gan.classify(images[few < 0]) == labels[few < 0])
    print(f"{right:.1%} of the images without a label named rightly")
