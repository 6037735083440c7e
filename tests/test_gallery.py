"""The gallery says what was measured, and shows what there is."""

import re

from keras_gan import recipes
from tests.benchmarks import gallery_page

CARDS = {card.recipe: card for card in gallery_page.cards()}
DOCS = gallery_page.PAGE.parent


def test_the_page_is_what_the_records_say():
    assert gallery_page.PAGE.read_text("utf-8") == gallery_page.page()


def test_each_recipe_is_shown_once_or_named_as_not_measured():
    page = gallery_page.PAGE.read_text("utf-8")
    shown = re.findall(r"^### (.+)$", page, re.MULTILINE)
    waiting = re.findall(r"`([\w-]+)`[,.]", page.split("Not measured yet")[-1])
    assert sorted(shown + waiting) == sorted(recipes.NAMES)


def test_each_picture_is_there():
    for card in CARDS.values():
        assert (DOCS / card.picture).is_file(), card.picture


def test_a_recipe_shows_its_longest_run_and_the_command_of_that():
    card = CARDS["vanilla"]
    assert card.picture == "results/vanilla-100-epoch-seed-0.png"
    assert card.command == "keras-gan train vanilla --epochs 100"
    assert card.link == "results.md#vanilla-100-epoch"


def test_a_recipe_for_a_folder_says_so_in_its_command():
    assert "--data my_pictures/" in CARDS["quick-64"].command


def test_a_time_is_said_as_people_say_it():
    assert [gallery_page.duration(s) for s in (5.1, 110, 7200)] == [
        "5 s",
        "2 min",
        "2.0 h",
    ]
