"""The table of the benchmark."""
import statistics

CONTESTANTS = ["xtgrad", "floor", "libtorch", "numpy"]


def duration(nanoseconds):
    for limit, divisor, unit in ((1e3, 1, "ns"), (1e6, 1e3, "µs"), (1e9, 1e6, "ms"), (float("inf"), 1e9, "s")):
        if nanoseconds < limit:
            return f"{nanoseconds / divisor:.3g} {unit}"


def ratio(a, b):
    return f"{a / b:.2f}" if a / b < 10 else f"{a / b:.0f}"


def rows(workloads):
    """A row a workload; other forms of its floor, whose names go on after a +, stand in it too."""
    for name, by in workloads.items():
        if "+" in name or "xtgrad" not in by:
            continue
        least = {who: min(times) for who, times in by.items()}
        median = {who: statistics.median(times) for who, times in by.items()}
        others = {other.split("+")[1]: min(times["floor"]) for other, times in workloads.items() if other.startswith(name + "+")}
        yield name, least, median, others


def text(result):
    lines = []
    for threads, workloads in result["figures"].items():
        lines.append(f"\n{threads} thread{'s' if int(threads) > 1 else ''}; least time of {result['rounds']} interleaved rounds (median), an item; BLAS kernels for {result['kernel']}")
        cells = [["workload", *CONTESTANTS, "xtgrad/floor", "libtorch/xtgrad", "numpy/xtgrad", "other floors"]]
        for name, least, median, others in rows(workloads):
            cells.append([name, *(f"{duration(least[who])} ({duration(median[who])})" if who in least else "-" for who in CONTESTANTS),
                          ratio(least["xtgrad"], least["floor"]) if "floor" in least else "-",
                          *(ratio(least[who], least["xtgrad"]) if who in least else "-" for who in ("libtorch", "numpy")),
                          ", ".join(f"{other} {duration(time)}: {ratio(least['xtgrad'], time)}" for other, time in others.items())])
        widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
        lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]
    return "\n".join(lines + result["missing"])
