"""What tests/benchmarks/results.py trains, and where its records are."""

import json
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "results"
SAMPLES = 10_000


@dataclass(frozen=True)
class Row:
    """A recipe at a budget.

    Epochs of rows and records are passes over the data, also where those of
    the training see a part of it.

    Args:
        recipe: Its name.
        epochs: How many, or None for as long as the recipe says.
        seeds: How many runs.
        looks: After how many epochs to measure, beside the last.
        changes: What to change in the recipe, as `--set` takes it.
        data: Where the recipe has none of its own: one of `FOLDERS`.
        backend: What Keras computes with.
        variant: What a row with changes is called after its recipe's name.
        watched: Whether the page shows both players' losses, by epoch and
            over the first one, and the same 16 samples after the first epoch,
            in the middle and at the end.
        brightened: Whether the page shows the samples once more, each with
            its brightest pixel made white, as matplotlib would.
        shows: What the pictures of seed 0 look like.
    """

    recipe: str
    epochs: int | None = None
    seeds: int = 1
    looks: tuple[float, ...] = ()
    changes: tuple[str, ...] = ()
    data: str | None = None
    backend: str = "tensorflow"
    variant: str = "changed"
    watched: bool = False
    brightened: bool = False
    shows: str = ""

    @property
    def name(self):
        epochs = self.epochs
        length = "in-full" if epochs is None else f"{epochs}-epoch"
        return f"{self.title.replace(', ', '-')}-{length}"

    @property
    def title(self):
        other = self.backend != "tensorflow"
        title = self.recipe
        if self.changes:
            title = f"{title}, {self.variant}"
        return f"{title}, {self.backend}" if other else title

    def trained(self):
        """The recipe with the row's changes."""
        from keras_gan import recipes
        from keras_gan.recipes.setting_changes import parse_change

        changes = [parse_change(change) for change in self.changes]
        return recipes.override(recipes.get(self.recipe), changes)


FOLDERS = {
    "emoji": "64x64 colour pictures of emoji",
    "photos": "300 squares of 160 pixels, cut out of 31 photos: scikit-learn's "
    "two and those of Debian's wallpaper packages, by "
    "`tests/benchmarks/photos.py`",
}
"""Pictures that neither Keras nor the package has, by their names here."""

NON_SATURATING = (
    "loss=non_saturating",
    "regularizer.weight=0.5",
    *(
        f"{each}.{change}"
        for each in ("d_opt", "g_opt")
        for change in ("learning_rate=0.002", "beta_1=0.5")
    ),
)
"""What `quick` was in version 0.1: the loss of 2014, and R1."""

QUICK_LOOKS = (0.25, 0.5, 0.625, 0.6875, 0.75, 1, 2, 3, 5, 10, 15)

ROWS = (
    Row(
        "quick",
        seeds=3,
        shows="Shirts, trousers, dresses, sneakers and boots at a glance, some "
        "with seams and buttons; about one in five is dark or torn, sandals "
        "and bags above all.",
    ),
    Row(
        "quick",
        1,
        seeds=3,
        shows="Shirts, trousers, dresses, sneakers and boots at a glance; "
        "about one in six is dark or torn, sandals and bags above all.",
    ),
    Row(
        "quick",
        20,
        seeds=3,
        looks=QUICK_LOOKS,
        shows="All ten classes, with collars, straps, heels and prints; four "
        "or five of the dark and patterned ones are blurred.",
    ),
    Row(
        "quick",
        1,
        seeds=3,
        changes=NON_SATURATING,
        variant="non-saturating",
        shows="Shirts, trousers, dresses, sneakers and boots at a glance; "
        "about one in four is dark or torn, sandals and bags above all.",
    ),
    Row(
        "quick",
        20,
        seeds=3,
        changes=NON_SATURATING,
        variant="non-saturating",
        looks=QUICK_LOOKS,
        shows="All ten classes, with collars, straps, heels and prints; four "
        "or five of the dark and patterned ones are blurred.",
    ),
    Row(
        "r3gan",
        5,
        looks=(0.25, 0.5, 1, 2, 3),
        shows="All but one or two are whole garments with straight seams, "
        "collars, heels and handles; the sandals are the roughest. Many are "
        "plain.",
    ),
    Row(
        "vanilla",
        10,
        seeds=3,
        watched=True,
        shows="Pullovers, trousers and sneakers, drawn in speckles; dresses "
        "and bags can't be told for certain. The losses cross twice in the "
        "first epoch, as the discriminator learns and as the generator "
        "catches up; from the second on the discriminator's is near the 1.39 "
        "of one who guesses.",
    ),
    Row(
        "vanilla",
        10,
        backend="torch",
        shows="Shirts, pullovers, sneakers and boots in the same speckles as "
        "on TensorFlow; bags can't be told for certain.",
    ),
    Row(
        "vanilla",
        100,
        looks=(1, 2, 5, 10, 20, 35, 50, 75),
        shows="Shirts, dresses, trousers, sneakers and boots at a glance, all "
        "with the speckles of dense networks; sandals fall apart.",
    ),
    Row(
        "ac-gan",
        1,
        shows="Each row holds its class: nine of the ten at a glance, with "
        "folds and handles; the sandals of the sixth are torn.",
    ),
    Row(
        "sngan",
        8,
        looks=(2, 4, 6),
        shows="Shirts, trousers, dresses, sneakers, boots, sandals and bags at "
        "a glance, with seams, soles and laces; about one in eight is torn or "
        "covered with specks, the patterned ones above all.",
    ),
    Row(
        "few-images",
        shows="Trousers, shirts, sneakers, boots and bags in their variety, "
        "from 500 images; about one in six is dark or torn.",
    ),
    Row(
        "dense-selu",
        shows="Shirts, pullovers and T-shirts in speckles, and a few narrow "
        "dresses: little variety.",
    ),
    Row(
        "dcgan",
        6,
        shows="Pullovers, shirts, trousers, dresses, sneakers and boots at a "
        "glance, with folds, soles and seams; one in eight is torn, sandals "
        "and bags above all.",
    ),
    Row(
        "wgan-gp",
        6,
        shows="Shirts, pullovers, trousers, dresses, sneakers and bags at a "
        "glance, light and dark, with folds; about one in six is torn or a "
        "ghost, bags and boots above all.",
    ),
    Row(
        "conditional-wgan-gp",
        6,
        looks=(2, 4),
        shows="Each row holds its class: T-shirts, trousers, pullovers, "
        "dresses, coats, shirts, sneakers and boots by their outlines, woven "
        "as transposed convolutions do; bags are patches with a flat bottom, "
        "and sandals fall apart.",
    ),
    Row(
        "resize-conv",
        25,
        watched=True,
        shows="Soft patches, rings and edges: smooth, without checkerboards, "
        "and not digits. The minimax loss saturates: after 180 updates "
        "generated images score -110, and the generator has no gradient. It "
        "moves in epochs 4, 5 and 17, and loses again. With seed 1 it "
        "saturates in epoch 4. The next row trains the same networks to "
        "digits.",
    ),
    Row(
        "resize-conv",
        4,
        changes=(
            "loss=non_saturating",
            "regularizer=r1",
            "regularizer.weight=0.5",
            "regularizer.interval=4",
            "model.ema_decay=0.999",
            "d_opt.beta_1=0.5",
            "g_opt.beta_1=0.5",
            "batch_size=32",
        ),
        looks=(1, 2),
        shows="Digits in smooth strokes, without checkerboards, all ten among "
        "them; about one in four can't be named.",
    ),
    Row(
        "single-class-dense",
        brightened=True,
        shows="Mode collapse: the same slanted zero 64 times. No pixel is "
        "brighter than 30 of 255, so that it is nearly black as it is.",
    ),
    Row(
        "single-class-dcgan",
        shows="64 different zeros, upright and slanted, round and narrow, some "
        "torn.",
    ),
    Row(
        "dense-logits",
        watched=True,
        shows="From noise to scratched shapes near a 7, a 9 or an 8, most of "
        "them alike: the discriminator overpowers so small a generator for "
        "most of the run, as the tutorial says.",
    ),
    Row(
        "dcgan-64",
        data="emoji",
        shows="Smileys, a cat, heads with hair and busts at a glance; more "
        "than half are patches of colour that can't be named.",
    ),
    Row(
        "wgan-gp-64",
        60,
        data="emoji",
        shows="Heads with hair and eyes, busts, couples and people who stand "
        "at a glance, in glaring colours; of the things, most are patches that "
        "can't be named.",
    ),
    Row(
        "quick-64",
        data="emoji",
        shows="Heads, people who walk and hands at a glance, in the colours of "
        "the emoji; of the things, half are shapes that can't be named.",
    ),
    Row(
        "quick-64",
        133,
        data="photos",
        shows="Skies, meadows and blossoms in the colours of the photos, with "
        "scratches where detail should be. Looked at closely, plain areas have "
        "fine lines; the power at the grid's frequencies is 1.2 times that of "
        "photos.",
    ),
    Row(
        "quick-64",
        133,
        data="photos",
        changes=("networks.upsampling=transposed",),
        variant="transposed",
        shows="The same by transposed convolutions: all of it, plain areas "
        "above all, is woven of small squares: 7.5 times the power. In this "
        "one short run the distance to the photos is smaller nevertheless.",
    ),
    Row(
        "quick-128",
        133,
        data="photos",
        shows="Skies, meadows and blossoms in the colours of the photos; "
        "buildings are scribbles yet, and plain areas have a faint grid.",
    ),
    Row(
        "style-gan",
        2,
        shows="Shirts, trousers, shoes and bags with clean outlines, most of "
        "them plain; a few are speckled.",
    ),
    Row(
        "style-gan-64",
        133,
        data="photos",
        shows="Skies, fruit and meadows in the colours of the photos. What "
        "has detail repeats one motif of lines and blots.",
    ),
)
CURVES = (
    "quick-20-epoch",
    "quick-non-saturating-20-epoch",
    "r3gan-5-epoch",
    "vanilla-100-epoch",
)
REAL = "real-images"


def records(row):
    paths = [RECORDS / f"{row.name}-seed-{n}.json" for n in range(row.seeds)]
    return [json.loads(p.read_text("utf-8")) for p in paths if p.is_file()]


def settings(recipe):
    """What a record keeps of a recipe: all that decides how it trains.

    Not its words, and not what a row may change: data and length.
    """
    others = ("name", "system", "data", "clothes", "epochs", "budget")
    others = (*others, "evaluation", "steps_per_epoch")
    found = {k: v for k, v in recipe.to_dict().items() if k not in others}
    return json.loads(json.dumps(found))


def current(row, found=None):
    """Whether the records, or those that are given, are of the recipe now.

    What recipes could not say when a record was made had its default.
    """
    from keras_gan.recipes import Recipe

    now = settings(row.trained())
    bare = Recipe(name="", system="", networks={"name": "dense"})
    defaults = settings(bare)
    found = records(row) if found is None else found
    return all({**defaults, **each["settings"]} == now for each in found)


def pictures(row):
    """The files that the page shows of a row, and what each is of."""
    count = records(row)[0]["points"][-1]["epoch"]
    stem = f"{row.name}-seed-0"
    epochs = "1 epoch" if count == 1 else f"{round(count, 2):g} epochs"
    found = {f"{stem}.png": f"Samples of {row.title}, after {epochs}"}
    if row.brightened:
        found[f"{stem}-bright.png"] = (
            "The same, each with its brightest pixel made white"
        )
    if row.watched:
        found[f"{stem}-stages.png"] = (
            "The same latents after the first, the middle and the last epoch"
        )
        found[f"{stem}-losses.png"] = "Losses and mean scores of both players"
        found[f"{stem}-first-epoch.png"] = (
            "The same over the first epoch, in means of ten updates"
        )
    return found


def measured():
    """The rows of which there are records, with these."""
    rows = [(row, records(row)) for row in ROWS]
    return [(row, found) for row, found in rows if found]


def describe_data(recipe):
    label = f", class {recipe.label}" if recipe.label is not None else ""
    limit = f", {recipe.limit} images" if recipe.limit is not None else ""
    return f"{recipe.data}{label}{limit}"
