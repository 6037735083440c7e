"""Which data does `fit` validate on?"""

from typing import TYPE_CHECKING, Any

import keras

from keras_gan.models import data_forms, ordering, pixel_bytes
from keras_gan.models.first_batch import Looked, look_at

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel


def with_validation(
    model: "AdversarialModel", looked: Looked, settings: dict[str, Any]
) -> tuple[Looked, dict[str, Any]]:
    """Looks at the validation data as at those to train on.

    Args:
        model: The model to be trained.
        looked: The data to train on.
        settings: The other arguments of `fit`.

    Returns:
        The data to train on without what is kept for validation, and the
        other arguments.
    """
    settings = dict(settings)
    share = settings.pop("validation_split", None)
    data = settings.get("validation_data")
    name = "validation_data"
    if data is None and share:
        name = "validation_split"
        train, data = ordering.split(looked.x, looked.y, share)
        looked = looked._replace(x=train[0], y=train[1])
    if data is None:
        return looked, settings
    x, y = data, None
    if isinstance(data, (list, tuple)) and len(data) <= 3:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        data_forms.refuse_weights({"sample_weight": weights})
    size = settings.get("validation_batch_size") or settings["batch_size"]
    found = look_at(model, x, y, size, name)
    settings["validation_data"] = (pixel_bytes.as_bytes(found.x), found.y)
    return looked, settings
