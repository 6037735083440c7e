"""What exchanging gradients costs beyond the replicas that can be measured.

A ring all-reduce of `b` bytes over `n` replicas sends `2 (n - 1)` messages of
`b / n` bytes each, one after the other, so that it takes

    2 (n - 1) (latency + b / (n bandwidth))

(Patarasuk and Yuan, 2009, Journal of Parallel and Distributed Computing 69).
Both players are reduced once a step, one after the other, and nothing is
computed meanwhile: an engine that overlaps the two does better.
"""

from dataclasses import dataclass

BYTES = 4
"""Of a gradient's float32."""

REDUCTIONS = 2
"""One for each player."""


@dataclass(frozen=True)
class Link:
    """What connects replicas.

    Args:
        gigabits: Bandwidth in Gbit/s, of each replica to the next.
        latency: Seconds from sending a short message to its arrival.
    """

    gigabits: float
    latency: float = 50e-6

    @property
    def bytes_per_second(self):
        return self.gigabits * 1e9 / 8


def ring_bytes(replicas, parameters):
    """Bytes that each replica sends in a step."""
    return 2 * (replicas - 1) / replicas * BYTES * parameters


def reduce_seconds(replicas, parameters, link):
    """Seconds of a step that go into the exchange of gradients."""
    messages = REDUCTIONS * 2 * (replicas - 1)
    sent = ring_bytes(replicas, parameters)
    return messages * link.latency + sent / link.bytes_per_second


def efficiency(replicas, parameters, compute, link):
    """Images a second over `replicas` times those of one.

    Args:
        replicas: How many, each with the batch that one would have.
        parameters: Of both players, those that are trained.
        compute: Seconds of a step on one replica.
        link: What connects them.
    """
    return compute / (compute + reduce_seconds(replicas, parameters, link))
