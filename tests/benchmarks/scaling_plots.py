"""The plots of docs/scaling.md."""

from tests.benchmarks.scaling_model import Link, efficiency
from tests.benchmarks.scaling_rows import RECORDS

LINKS = tuple(Link(gigabits) for gigabits in (1, 10, 100))
REPLICAS = (2, 4, 8, 16, 32, 64)

FASTER = 100
"""How many times as fast as a core a device may be that is scaled out."""


def sweep(name, title, axis, variants):
    """Images a second and MiB against what a sweep varies."""
    from tests.benchmarks import scaling_page

    figure, (left, right) = _panels(2)
    places = [int(each["name"]) for each in variants]
    speeds = [scaling_page.rate(each) for each in variants]
    ends = [sorted(scaling_page.rates(each)) for each in variants]
    below = [speed - each[0] for speed, each in zip(speeds, ends, strict=True)]
    above = [each[-1] - speed for speed, each in zip(speeds, ends, strict=True)]
    left.errorbar(places, speeds, [below, above], marker="o", capsize=3)
    left.set(ylabel="images/s", ylim=(0, 1.1 * max(map(max, ends))))
    peaks = [scaling_page.memory(each) for each in variants]
    right.plot(places, peaks, marker="o")
    right.set(ylabel="MiB, peak", ylim=(0, 1.1 * max(peaks)))
    for each in (left, right):
        each.set(xlabel=axis, xscale="log")
        each.set_xticks(places, [str(place) for place in places])
        each.minorticks_off()
    figure.suptitle(title)
    _save(figure, name)


def model(computes):
    """Predicted efficiency against the number of replicas."""
    figure, panels = _panels(len(computes))
    for panel, (recipe, found) in zip(panels, computes.items(), strict=True):
        parameters, seconds = found
        for color, link in enumerate(LINKS):
            for factor, style in ((1, "-"), (FASTER, "--")):
                panel.plot(
                    REPLICAS,
                    [
                        efficiency(n, parameters, seconds / factor, link)
                        for n in REPLICAS
                    ],
                    style,
                    color=f"C{color}",
                    label=f"{link.gigabits:g} Gbit/s" if factor == 1 else None,
                )
        panel.set(title=recipe, xlabel="replicas", xscale="log", ylim=(0, 1.03))
        panel.set_xticks(REPLICAS, [str(n) for n in REPLICAS])
        panel.minorticks_off()
    panels[0].set(ylabel="efficiency, predicted")
    figure.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside lower left",
        ncols=len(LINKS),
        title=f"dashed: devices {FASTER} times as fast",
    )
    _save(figure, "all-reduce")


def memory(runs):
    """Resident size and CPU time of a step along the runs."""
    figure, (left, right) = _panels(2)
    for backend, run in runs.items():
        left.plot(run["steps"], run["resident"], label=backend)
        steps = [1e3 * seconds for seconds in run["step_cpu"]]
        # The first epoch compiles, and would hide the others.
        right.plot(run["steps"][1:], steps[1:], label=backend)
    left.set(ylabel="MiB, resident", xlabel="steps")
    right.set(ylabel="CPU ms a step", xlabel="steps")
    for panel in (left, right):
        panel.set_ylim(0, 1.1 * panel.dataLim.ymax)
    left.legend()
    _save(figure, "long-run")


def _panels(count):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    size = (4 * count, 3.5)
    figure, panels = plt.subplots(
        1, count, figsize=size, layout="constrained", squeeze=False
    )
    for panel in panels[0]:
        panel.grid(alpha=0.3)
    return figure, panels[0]


def _save(figure, name):
    import matplotlib.pyplot as plt

    figure.savefig(RECORDS / f"{name}.png", dpi=120)
    plt.close(figure)
