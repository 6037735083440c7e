"""Which epochs of a run are saved, and how many pictures it makes."""

from types import SimpleNamespace

import keras
import pytest

from keras_gan import recipes
from keras_gan.callbacks import ImageSnapshot
from keras_gan.cli import rates
from keras_gan.recipes.tasks import Shapes
from keras_gan.run_folder import Interruption, SavePoints, save_points


@pytest.fixture
def clock(monkeypatch):
    """Time that passes when it is told to."""
    now = SimpleNamespace(seconds=0.0)
    fake = SimpleNamespace(monotonic=lambda: now.seconds)
    monkeypatch.setattr(save_points, "time", fake)
    return now


def saved(clock, lengths, seconds=60.0, interrupt_in=None):
    """Returns which epochs of some lengths are saved, from 1."""
    interruption = Interruption()
    points = SavePoints(seconds, interruption)
    model = SimpleNamespace(stop_training=False)
    for each in (interruption, points):
        each.set_params({"epochs": len(lengths), "steps": 2})
        each.set_model(model)
    points.on_train_begin()
    found = []
    for epoch, length in enumerate(lengths):
        points.on_epoch_begin(epoch)
        clock.seconds += length
        if epoch + 1 == interrupt_in:
            interruption.requested = True
        interruption.on_train_batch_end(0)
        if not interruption.cut_short:
            interruption.on_train_batch_end(1)
        interruption.on_epoch_end(epoch)
        points.on_epoch_end(epoch)
        if points.due:
            found.append(epoch + 1)
        if model.stop_training:
            break
    return found


def test_short_epochs_are_saved_once_a_minute_the_first_and_the_last(clock):
    assert saved(clock, [7.0] * 30) == [1, 10, 19, 28, 30]


def test_an_epoch_that_takes_a_minute_is_always_saved(clock):
    assert saved(clock, [90.0, 61.0, 60.0, 1.0]) == [1, 2, 3, 4]


def test_zero_seconds_save_every_epoch(clock):
    assert saved(clock, [0.0] * 4, seconds=0.0) == [1, 2, 3, 4]


def test_a_signal_waits_for_a_short_epoch_that_saves_those_before(clock):
    assert saved(clock, [2.0] * 9, interrupt_in=4) == [1, 4]


def test_a_signal_ends_a_long_epoch_at_once(clock):
    assert saved(clock, [20.0] * 9, interrupt_in=3) == [1]


def test_a_signal_ends_an_epoch_at_once_where_nothing_would_be_lost(clock):
    assert saved(clock, [2.0] * 9, interrupt_in=2) == [1]


def test_a_thousand_epochs_write_a_checkpoint_a_minute_at_most(clock):
    assert len(saved(clock, [5.6] * 997)) <= 997 * 5.6 / 60 + 2


# ----------------------------------------------------------------- pictures


def pictured(epochs, **settings):
    snapshot = ImageSnapshot("unused", **settings)
    snapshot.set_params({"epochs": epochs})
    return [e + 1 for e in range(epochs) if snapshot._is_time(e)]


def test_a_long_run_has_so_many_pictures_the_first_and_last_among_them():
    found = pictured(997, most_pictures=200)
    assert 100 < len(found) <= 200
    assert found[0] == 1
    assert found[-1] == 997


def test_a_run_with_few_epochs_has_a_picture_of_each():
    assert pictured(40, most_pictures=40) == list(range(1, 41))


def test_the_limit_leaves_larger_intervals_alone():
    assert pictured(20, most_pictures=10, every=5) == [5, 10, 15, 20]


def test_pictures_by_steps_take_no_limit():
    with pytest.raises(ValueError, match="counts pictures of epochs"):
        ImageSnapshot("unused", unit="step", most_pictures=9)


@pytest.mark.parametrize(
    ("shape", "least", "most"),
    [((28, 28, 1), 100, 200), ((64, 64, 3), 20, 40), ((2,), 50, 200)],
    ids=str,
)
def test_the_larger_the_pictures_the_fewer(shape, least, most):
    recipe = recipes.override(recipes.get("vanilla"), [("epochs", 1000)])
    plan = SimpleNamespace(
        recipe=recipe,
        source=range(320),
        shapes=Shapes(image=shape),
    )
    found = rates.Rates.of(plan, {"num_images": 16})
    assert least <= found.pictures <= most
    assert 1000 / found.grids_apart <= found.pictures


def test_an_optional_callback_that_leaves_batches_alone_wants_none():
    from keras_gan.run_folder import OptionalCallback

    class Quiet(keras.callbacks.Callback):
        pass

    wrapped = OptionalCallback(Quiet(), "Nothing")
    assert not wrapped.wants_each_batch
    assert wrapped.async_safe
