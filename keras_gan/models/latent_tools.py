"""What is done with the latents of a trained GAN."""

from typing import TYPE_CHECKING, Any, cast

from keras_gan._checks import whole_number
from keras_gan._method_names import without_class
from keras_gan.latents import Directions, Inversion, StyleMixing, Walk
from keras_gan.latents.directions import factorised
from keras_gan.models.first_weights import first_weights
from keras_gan.models.inverting import Settings, inverted
from keras_gan.models.latent_spaces import space_of
from keras_gan.models.latent_walks import interpolated, mixed, traversed
from keras_gan.models.path_lengths import measured_path_length

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN


@without_class
class LatentTools:
    """The methods of a `GAN` that look for latents, and walk through them.

    They use the averaged generator where there is one. A generator with two
    layers named `mapping` and `synthesis`, such as a StyleGAN's, has styles
    beside its latents; the methods then work in styles by default.
    """

    def invert(
        self,
        images: Any,
        *,
        labels: Any = None,
        space: str | None = None,
        extractor: Any = None,
        feature_weight: float = 1.0,
        steps: int = 300,
        starts: int = 4,
        learning_rate: float = 0.1,
        seed: int = 0,
        batch_size: int = 64,
        verbose: int = 1,
    ) -> Inversion:
        """Finds the latents, or styles, that make images like given ones.

        Each image gets several starts: of 512 random images, those closest to
        it. A third of the steps lets Adam improve all of them, the others the
        best one alone, in styles where these are wanted. Networks and random
        states stay as they are.

        Args:
            images: The images, shape `(n, height, width, channels)`: uint8, or
                floats in the generator's range.
            labels: Their classes, where conditional. Default: found, too.
            space: `"latents"` or `"styles"`. Default: styles, where the
                generator has them: they come closer.
            extractor: A `keras_gan.features` extractor. Its features are then
                compared beside the values. Default: none.
            feature_weight: Factor of the features' part of the distance.
            steps: Updates of each image.
            starts: How many starts an image has, at most 512.
            learning_rate: Of Adam, at its highest.
            seed: Seed of the random images. On one backend and machine, equal
                seeds find equal latents.
            batch_size: Points that are improved at a time.
            verbose: What is shown of the progress: 0 nothing, 1 a bar, 2 one
                line at the end.

        Returns:
            An `Inversion`: `latents`, `distances`, `images`, and `labels` and
            `styles` where there are any.

        Raises:
            TypeError: If `extractor` is none.
            ValueError: If images or labels don't fit the model, there are no
                styles where they are wanted, or a number is out of range.

        Example:
            >>> found = gan.invert(test_images[:8])
            >>> found.save("inversion.png")
            >>> found.distances.mean()  # root of the mean squared difference

        Reference: Abdal et al., 2019, arXiv 1904.03189, Algorithm 1; the
        learning rate as in Karras et al., 2020, arXiv 1912.04958, appendix D.
        """
        settings = Settings(
            space=space,
            extractor=extractor,
            feature_weight=feature_weight,
            steps=steps,
            starts=starts,
            learning_rate=learning_rate,
            seed=seed,
            batch_size=batch_size,
            verbose=verbose,
        )
        return inverted(cast("GAN", self), images, labels, settings)

    def interpolate(
        self,
        n: int | None = None,
        *,
        latents: Any = None,
        styles: Any = None,
        labels: Any = None,
        steps: int = 10,
        method: str | None = None,
        closed: bool = False,
        space: str | None = None,
        seed: int | None = None,
    ) -> Walk:
        """Walks from one image to the next, and makes all between them.

        Args:
            n: How many images to walk between. Default: as many as there are
                `latents` or `styles`, else 5.
            latents: Latents of the user's own, shape `(n, latent_dim)`.
                Default: fresh ones.
            styles: Styles of the user's own instead, as from `invert`, shape
                `(n, num_styles, style_dim)`.
            labels: One class, or one for each of the n, where conditional. In
                latents, it stays the same until the next one is reached.
                Default: the first class.
            steps: Images from one to the next, both included.
            method: `"linear"` or `"spherical"`. Default: spherical in latents,
                whose length then stays right, and linear in styles.
            closed: Whether to walk back to the first image at the end, so that
                a film has no jump.
            space: `"latents"` or `"styles"`. Default: styles, where the
                generator has them.
            seed: Seed of fresh latents; equal seeds give equal images.

        Returns:
            A `Walk`: `walk.save("walk.png")` writes a strip, and `.gif` or
            `.mp4` a film.

        Raises:
            ValueError: If something does not fit the model, a name is unknown,
                or a number is out of range.

        Example:
            >>> gan.interpolate(5, closed=True, seed=0).save("walk.gif")
        """
        return interpolated(
            cast("GAN", self),
            n,
            latents,
            styles,
            labels,
            steps=steps,
            method=method,
            closed=closed,
            space=space,
            seed=seed,
        )

    def directions(self, n: int = 5, *, space: str | None = None) -> Directions:
        """Finds the directions along which images change most.

        No image is made for it: they are the eigenvectors of the generator's
        first weights. Of latents, these are the first kernel; of styles, all
        kernels of `synthesis` that take a style.

        Args:
            n: How many.
            space: `"latents"` or `"styles"`. Default: styles, where the
                generator has them.

        Returns:
            The directions, the strongest first; see `traverse`.

        Raises:
            ValueError: If there are not so many, or the generator does not
                show its first weights because it is subclassed.

        Example:
            >>> for vector in gan.directions(3).vectors:
            ...     gan.traverse(vector, seed=0).strip().show()

        Reference: Shen & Zhou, 2021, arXiv 2007.06600, section 3.
        """
        n = whole_number("n", n, 1)
        where = space_of(cast("GAN", self), space)
        weights = first_weights(cast("GAN", self), where)
        return factorised(weights, n, where.name)

    def traverse(
        self,
        direction: Any,
        n: int | None = None,
        *,
        latents: Any = None,
        styles: Any = None,
        labels: Any = None,
        reach: float = 3.0,
        steps: int = 9,
        space: str | None = None,
        seed: int | None = None,
    ) -> Walk:
        """Moves images along a direction: back to the left, on to the right.

        Args:
            direction: A vector of any length, such as one of
                `directions().vectors`, of latents or of a style.
            n: How many images to move, a row for each. Default: as many as
                there are `latents` or `styles`, else 4.
            latents: Latents of the user's own, shape `(n, latent_dim)`.
                Default: fresh ones.
            styles: Styles of the user's own instead, as from `invert`.
            labels: One class, or one for each row, where conditional. Default:
                the first class.
            reach: How far, in standard deviations of latents or styles along
                the direction.
            steps: Images in a row. Of an odd number, the middle one has not
                moved.
            space: `"latents"` or `"styles"`. Default: styles, where the
                generator has them.
            seed: Seed of fresh latents; equal seeds give equal images.

        Returns:
            A `Walk` with a row for each image.

        Raises:
            ValueError: If something does not fit the model, or a number is out
                of range.
        """
        return traversed(
            cast("GAN", self),
            direction,
            n,
            latents,
            styles,
            labels,
            reach=reach,
            steps=steps,
            space=space,
            seed=seed,
        )

    def path_length(
        self,
        extractor: Any,
        n: int = 10_000,
        *,
        space: str | None = None,
        epsilon: float = 1e-3,
        seed: int = 0,
        batch_size: int = 256,
    ) -> float:
        """Measures how far images change along a small step: how smooth it is.

        The perceptual path length: the mean of `|f(x(t + epsilon)) - f(x(t))|²
        / epsilon²`, with the features f of an extractor, and the images x(t)
        on the way from one random image to another, at a random t. Walks are
        spherical in latents, and linear in styles. A low number says that
        images change evenly, also that they change little: compare it between
        GANs of the same data and like FID.

        Args:
            extractor: One of `keras_gan.features` that takes images.
            n: How many walks. All classes take turns, where conditional.
            space: `"latents"` or `"styles"`. Default: styles, where the
                generator has them.
            epsilon: The step, in (0, 1), as a share of the walk.
            seed: Seed of the walks; equal seeds give equal numbers.
            batch_size: Walks at a time.

        Returns:
            The mean, at least 0, in squared units of the features.

        Raises:
            TypeError: If `extractor` is none.
            ValueError: If it takes vectors, the model makes no pictures, there
                are no styles where they are wanted, or a number is out of
                range.

        Example:
            >>> gan.path_length(keras_gan.features.classifier())

        Reference: Karras et al., 2019, arXiv 1812.04948, section 4.1, with an
        extractor of the user's own in place of VGG16, and a step of 1e-3 in
        place of 1e-4, which is nearer to what float32 rounds.
        """
        return measured_path_length(
            cast("GAN", self),
            extractor,
            n,
            space,
            epsilon=epsilon,
            seed=seed,
            batch_size=batch_size,
        )

    def mix_styles(
        self,
        rows: int = 4,
        columns: int = 6,
        *,
        levels: Any = "coarse",
        labels: Any = None,
        styles: Any = None,
        seed: int | None = None,
    ) -> StyleMixing:
        """Makes images of which some styles are a row's, and some a column's.

        Args:
            rows: How many images give most of their styles.
            columns: How many give those of `levels`.
            levels: Which styles are the column's: `"coarse"` (those of the
                smallest sizes), `"middle"`, `"fine"`, each a third of them; or
                the number of the first and of the one behind the last.
            labels: One class, or one for each row and then each column, where
                conditional. Default: the first class.
            styles: Styles of the user's own, `rows + columns` of them, as from
                `invert`. Default: those of fresh latents.
            seed: Seed of fresh latents; equal seeds give equal images.

        Returns:
            The mixed images; its `save("mixing.png")` writes them as a grid.

        Raises:
            ValueError: If the generator has no styles, or something does not
                fit it.

        Reference: Karras et al., 2019, arXiv 1812.04948, section 3.1.
        """
        return mixed(
            cast("GAN", self),
            rows,
            columns,
            levels,
            labels=labels,
            styles=styles,
            seed=seed,
        )
