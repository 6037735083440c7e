"""Batches that are sent as floats, to compare with those sent as bytes."""

import keras


class FloatBatches(keras.utils.PyDataset):
    """The same batches, without their form as bytes.

    Args:
        batches: `datasets.ImageBatches`.
    """

    def __init__(self, batches):
        super().__init__()
        self._batches = batches

    def __len__(self):
        return len(self._batches)

    def __getitem__(self, index):
        return self._batches[index]
