"""The device that a framework computes on: its name, waiting, its memory."""

MIB = 2**20


def of(framework):
    """The device of a framework, which is imported by that."""
    return {"torch": TorchDevice, "jax": JaxDevice}[framework]()


class TorchDevice:
    def __init__(self):
        import torch

        self._torch = torch
        self.is_gpu = torch.cuda.is_available()
        self.name = torch.cuda.get_device_name() if self.is_gpu else "CPU"
        self.device = torch.device("cuda" if self.is_gpu else "cpu")

    def wait(self, arrays=()):
        """Until all that was sent off is done."""
        del arrays  # A stream ends with all that was sent to it.
        if self.is_gpu:
            self._torch.cuda.synchronize()

    def peak_memory(self):
        """MiB that tensors held at most, or None where nobody counts."""
        if not self.is_gpu:
            return None
        return self._torch.cuda.max_memory_allocated() / MIB


class JaxDevice:
    def __init__(self):
        import jax

        self._jax = jax
        self._device = jax.devices()[0]
        self.is_gpu = self._device.platform in ("gpu", "cuda", "rocm")
        self.name = self._device.device_kind if self.is_gpu else "CPU"

    def wait(self, arrays=()):
        """Until the arrays are computed."""
        self._jax.block_until_ready(arrays)

    def peak_memory(self):
        """MiB that arrays held at most, or None where nobody counts."""
        stats = self._device.memory_stats() or {}
        peak = stats.get("peak_bytes_in_use")
        return None if peak is None else peak / MIB
