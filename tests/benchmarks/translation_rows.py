"""What tests/benchmarks/translation.py trains, and what it measures."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "translation"
_BOOT = 9
"""The class of ankle boots in Fashion-MNIST."""


@dataclass(frozen=True)
class Row:
    """A recipe and its data.

    Args:
        name: What the command line calls it.
        recipe: Its recipe's name.
        kind: "pairs", "unpaired" or "super-resolution": what is measured.
        changes: What to change in the recipe, as `--set` takes it.
        folder: Of whose pictures, where the package has none: "emoji".
        looks: Shares of the run after which to measure, beside its end.
        shows: What its picture shows.
    """

    name: str
    recipe: str
    kind: str
    changes: tuple[str, ...] = ()
    folder: str | None = None
    looks: tuple[float, ...] = ()
    shows: str = ""

    def trained(self):
        """The recipe with the row's changes."""
        from keras_gan import recipes
        from keras_gan.recipes.setting_changes import parse_change

        changes = [parse_change(change) for change in self.changes]
        return recipes.override(recipes.get(self.recipe), changes)

    def load(self, recipe, folders):
        """Returns both sides to train on, and both sides held out, as bytes."""
        from keras_gan import datasets

        if self.folder:
            found = datasets.pairs(
                folders[self.folder], image_size=64, channels=3
            )
            sides = found.arrays()
            # Every tenth name is held out.
            held = np.arange(len(sides[0])) % 10 == 0
            train = [side[~held] for side in sides]
            if self.kind == "unpaired":
                order = np.random.default_rng(0).permutation(len(train[1]))
                train[1] = train[1][order]
            return tuple(train), tuple(side[held] for side in sides)
        load = datasets.unpaired if self.kind == "unpaired" else datasets.pairs
        scale = {} if recipe.scale is None else {"scale": recipe.scale}
        return tuple(
            load(recipe.data, split, **scale).arrays()
            for split in ("train", "test")
        )

    def scores(self, gan, first, second):
        """Returns the numbers of held-out images."""
        if self.kind == "unpaired":
            return self._unpaired_scores(gan, first, second)
        made = gan.translate(first, batch_size=64)
        found = pair_scores(made, second, self._extractor())
        if self.kind == "super-resolution":
            larger = bicubic(first, second.shape[1:3])
            scores = pair_scores(larger, second, self._extractor())
            found.update({f"bicubic_{k}": v for k, v in scores.items()})
        elif not self.folder:
            found["class_kept"] = agreement(made, second)
        return found

    def _unpaired_scores(self, gan, first, second):
        made = gan.translate(first, direction="ab", batch_size=64)
        back = gan.translate(made, direction="ba", batch_size=64)
        found = {
            "kid": kid(second, made, self._extractor()),
            "kid_untranslated": kid(second, first, self._extractor()),
            "cycle_l1": distance(back, first),
            # Each with its neighbour, a random one.
            "random_pairs_l1": distance(np.roll(first, 1, 0), first),
        }
        if self.folder:
            for name, images in (("made", made), ("untranslated", first)):
                ranks = twin_ranks(images, second, self._extractor())
                found[f"{name}_top_1"] = float((ranks < 1).mean())
                found[f"{name}_top_5"] = float((ranks < 5).mean())
        else:
            found["boots"] = float((classes(made) == _BOOT).mean())
        return found

    def _extractor(self):
        from keras_gan import features

        if self.folder:
            return features.imagenet()
        return features.classifier("fashion_mnist")

    def pictures(self, gan, first, second):
        """Returns rows of images for the page, as bytes."""
        if self.kind == "unpaired":
            made = gan.translate(first, direction="ab")
            rows = [first, made, gan.translate(made, direction="ba")]
            other = gan.translate(second, direction="ba")
            rows += [second, other, gan.translate(other, direction="ab")]
        else:
            made = gan.translate(first)
            if first.shape[1] != second.shape[1]:
                first = bicubic(first, second.shape[1:3])
            rows = [first, made, second]
        channels = max(each.shape[-1] for each in rows)
        wide = [np.repeat(r, channels // r.shape[-1], axis=-1) for r in rows]
        return np.concatenate(wide)


def pair_scores(made, targets, extractor):
    from keras_gan import metrics

    return {
        "l1": distance(made, targets),
        "psnr": float(np.mean(metrics.psnr(targets, made))),
        "ssim": float(np.mean(metrics.ssim(targets, made))),
        "kid": kid(targets, made, extractor),
    }


def kid(real, fake, extractor):
    from keras_gan import metrics

    found = metrics.Evaluator(real, extractor=extractor, metrics=["kid"])(fake)
    return found["kid"]


def distance(one, other):
    """The mean absolute difference, black to white being 1."""
    return float(np.abs(one.astype("float32") - other).mean() / 255)


def classes(images):
    from keras_gan import features

    extract = features.classifier("fashion_mnist").extract
    return np.asarray(extract(images).probabilities).argmax(-1)


def agreement(made, targets):
    """The share that the classifier puts into the class of their targets."""
    return float((classes(made) == classes(targets)).mean())


def twin_ranks(images, twins, extractor):
    """How many others are nearer to each image than its twin, by features."""
    one, other = (
        np.asarray(extractor.extract(each).features, "float64")
        for each in (images, twins)
    )
    # What all images of a side share, such as its style, is taken off.
    one, other = one - one.mean(0), other - other.mean(0)
    one, other = (x / np.linalg.norm(x, axis=1)[:, None] for x in (one, other))
    near = one @ other.T
    return (near > np.diag(near)[:, None]).sum(1)


def bicubic(images, size):
    from PIL import Image

    def larger(image):
        picture = Image.fromarray(image.squeeze(-1) if grey else image)
        found = np.asarray(picture.resize(size[::-1], Image.Resampling.BICUBIC))
        return found[..., None] if grey else found

    grey = images.shape[-1] == 1
    return np.stack([larger(image) for image in images])


ROWS = (
    Row(
        "outlines",
        "pix2pix",
        "pairs",
        shows="Shoe, trousers and shirts within their lines, in woven cloth "
        "with folds; how bright they are is guessed, and prints become specks.",
    ),
    Row(
        "outlines-longer",
        "pix2pix",
        "pairs",
        changes=("budget=240000",),
        shows="Collars and folds are sharper, and prints and checks are "
        "patches now; how bright they are is still guessed.",
    ),
    Row(
        "outlines-l1-only",
        "pix2pix",
        "pairs",
        changes=("model.adversarial_weight=0",),
        shows="The same, smoother: cloth has hardly any texture.",
    ),
    Row(
        "emoji",
        "pix2pix",
        "pairs",
        changes=("budget=60000",),
        folder="emoji",
        shows="Keys turn blue and flags lose their waves, as the other vendor "
        "draws them; letters run together, and flat colours are speckled.",
    ),
    Row(
        "emoji-l1-only",
        "pix2pix",
        "pairs",
        changes=("model.adversarial_weight=0", "budget=60000"),
        folder="emoji",
        shows="The other vendor's colours, and soft edges: letters become "
        "blots, and small things in flags are lost.",
    ),
    Row(
        "boots",
        "cyclegan",
        "unpaired",
        shows="Sneakers grow shafts and heels, one in four ragged; boots "
        "become sneakers with specks. The way back has the shape and its "
        "brightness, and little of the pattern.",
    ),
    Row(
        "emoji-unpaired",
        "cyclegan",
        "unpaired",
        # As in the paper where colours should stay: without it they change
        # places, and a tenth of the twins are found (KID 1.52). Resizing in
        # place of transposed convolutions leaves no grid, and is no nearer to
        # the twins: 0.277 and 0.488, KID 0.90, in 2,682 CPU seconds.
        changes=("model.identity_weight=0.5",),
        folder="emoji",
        shows="Keys turn blue and lose a little of their edges, flags keep "
        "their waves, and all colours stay: the other vendor's way of drawing "
        "is hardly learned, and a grid lies over it. The sources themselves "
        "are nearer to the twins.",
    ),
    Row(
        "small-clothes",
        "super-resolution",
        "super-resolution",
        # Two epochs of all of Fashion-MNIST: the first is of content alone.
        changes=("budget=120000",),
        looks=(0.5,),
        shows="Soles, seams, sleeves and gaps between legs as in the targets, "
        "from 7x7 pixels; prints and checks are lost.",
    ),
)


def row_of(name):
    return next(row for row in ROWS if row.name == name)


def record(row):
    path = RECORDS / f"{row.name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


_LENGTH = ("budget", "epochs")
"""Settings that change how long a recipe trains, and nothing else."""


def of_recipes():
    """For each recipe its first row on its own data, and the record of it.

    It may be trained for longer or shorter than the recipe says.
    """
    found = {}
    for row in ROWS:
        known = record(row)
        keys = {change.split("=")[0] for change in row.changes}
        if known and not row.folder and keys <= set(_LENGTH):
            found.setdefault(row.recipe, (row, known))
    return list(found.values())
