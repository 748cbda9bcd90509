"""The tables of the benchmark: as text with times, and as Markdown with ratios alone."""
import re
import statistics

CONTESTANTS = ["xtgrad", "floor", "libtorch", "numpy"]

# What is asked: workload, most times the floor, least libtorch / xtgrad, least numpy / xtgrad (None: nothing), and peers of
# PUBLISHED that are to be beaten. The first pattern that fits counts.
GOALS = [
    (r"W1/xor/batch:\d/replayed", 3.0, None, None, "CoDiPack"),
    (r"W1/xor/batch:1", None, 80, 1, "tiny-dnn", "autodiff"),
    (r"W2/chain/elements:4/replayed", None, None, None, "Stan"),
    (r"W2/chain/elements:4", None, 80, 1, "Adept"),
    (r"W3/map", 1.3, 3.5, 1),
    (r"W3/operations", 1.5, 1, None),
    (r"W4/mlp/hidden:128/batch:1/", 1.5, 4, 1),
    (r"W4/mlp/hidden:128/batch:64/", 1.15, 1.5, 1),
    (r"W4/", 1.10, 1, 1, "MLX", "dlib"),
    (r"W5/", 1.3, 3.5, None),
    (r"W5b/", 1.3, 1, None),
    (r"W7/logdet/", 1.5, 2, None, "Stan"),
    (r"W8/", 1.10, 1, 1),
    (r"reduction/", 1.3, None, None),
    (r"function/", None, 1, None),
]

# Peers that are in no Debian package, as multiples of the floor on one thread, all measured in one run on a Xeon with AVX-512: they count by
# these ratios.
PUBLISHED = {
    "W1/xor/batch:1": {"Adept": 2.3, "Stan": 3.2, "CoDiPack": 5.7, "autodiff": 38, "tiny-dnn": 57},
    "W1/xor/batch:4": {"Adept": 2.6, "Stan": 3.4, "CoDiPack": 3.5, "tiny-dnn": 31, "autodiff": 44},
    "W2/chain/elements:4": {"Stan": 22, "Adept": 77},
    "W2/chain/elements:1": {"Stan": 0.58, "Adept": 0.61, "CoDiPack": 0.83, "autodiff": 8.8},
    "W3/map/size:1000": {"Adept": 26, "CoDiPack": 53, "Stan": 63, "MLX": 72},
    "W3/map/size:100000": {"Adept": 16, "MLX": 23, "Stan": 56},
    "W3/map/size:1000000": {"Adept": 15, "MLX": 19, "Stan": 53},
    "W4/mlp/hidden:128/batch:1/sgd": {"tiny-dnn": 2.8, "MLX": 6.3, "dlib": 6.4},
    "W4/mlp/hidden:128/batch:64/sgd": {"MLX": 2.0, "dlib": 2.6, "tiny-dnn": 35},
    "W4/mlp/hidden:128/batch:600/sgd": {"MLX": 1.5, "dlib": 2.2},
    "W4/mlp/hidden:1024/batch:64/sgd": {"dlib": 2.6, "MLX": 2.8},
    "W5/lenet/sgd": {"MLX": 11, "tiny-dnn": 11, "dlib": 24},
    "W7/logdet/n:64": {"Stan": 2.6},
    "W7/logdet/n:256": {"Stan": 3.6},
}


def duration(nanoseconds):
    for limit, divisor, unit in ((1e3, 1, "ns"), (1e6, 1e3, "µs"), (1e9, 1e6, "ms"), (float("inf"), 1e9, "s")):
        if nanoseconds < limit:
            return f"{nanoseconds / divisor:.3g} {unit}"


def ratio(a, b):
    return f"{a / b:.2f}" if a / b < 10 else f"{a / b:.0f}"


class Row:
    """One workload. A replayed program is compared with what the others do for the workload itself, whose name it goes on from."""

    def __init__(self, name, workloads):
        self.name = name
        base = name.removesuffix("/replayed")
        figures = dict(workloads.get(base, {}))
        if name != base:
            figures["xtgrad"] = workloads[name]["xtgrad"]
        self.least = {who: min(times) for who, times in figures.items()}
        self.median = {who: statistics.median(times) for who, times in figures.items()}
        # Other forms of the floor, whose names go on after a +.
        self.others = {other.split("+")[1]: min(times["floor"]) for other, times in workloads.items() if other.startswith(base + "+")}
        self.published = PUBLISHED.get(base, {})
        goal = next((goal[1:] for goal in GOALS if re.match(goal[0], name)), (None, None, None))
        self.floor_goal, self.libtorch_goal, self.numpy_goal, *self.to_beat = goal

    def over(self, a, b):
        return self.least[a] / self.least[b] if a in self.least and b in self.least else None

    def cell(self, a, b, with_median=False):
        if self.over(a, b) is None:
            return "-"
        return ratio(self.least[a], self.least[b]) + (f" ({ratio(self.median[a], self.median[b])})" if with_median else "")

    def verdict(self):
        """The goal, and whether it is met."""
        words, met = [], True
        found = self.over("xtgrad", "floor")
        if self.floor_goal is not None and found is not None:
            best = min((who for who in ("floor", "onednn") if who in self.least), key=self.least.get)
            words.append(f"≤ {self.floor_goal} × " + ("the floor" if best == "floor" else "oneDNN"))
            met = met and self.over("xtgrad", best) <= self.floor_goal
        for least, other, word in ((self.libtorch_goal, "libtorch", "libtorch"), (self.numpy_goal, "numpy", "NumPy")):
            ahead = self.over(other, "xtgrad")
            if least is not None and ahead is not None:
                words.append(f"≥ {least} × {word}" if least != 1 else f"ahead of {word}")
                met = met and ahead >= least
        for peer in self.to_beat:
            if peer in self.published and found is not None:
                words.append(f"ahead of {peer}")
                met = met and self.published[peer] >= found
        return (", ".join(words) + (": met" if met else ": **missed**")) if words else ""

    def other_floors(self):
        if "xtgrad" not in self.least:
            return ""
        return ", ".join(f"{name.replace('_', ' ')} {ratio(self.least['xtgrad'], time)}" for name, time in self.others.items())

    def others_by_ratio(self, with_published=True):
        """How many times as long as xtgrad the other peers take: oneDNN as measured, the published ones as they would here."""
        mine = self.over("xtgrad", "floor")
        if not mine:
            return ""
        found = [f"oneDNN {ratio(self.least['onednn'], self.least['xtgrad'])}"] if "onednn" in self.least else []
        return ", ".join(found + [f"{who} {ratio(times, mine)}" for who, times in self.published.items() if with_published])


def rows(workloads):
    for name, figures in workloads.items():
        if "+" not in name and not name.startswith("scaling/") and ("xtgrad" in figures or "floor" in figures):
            yield Row(name, workloads)


def aligned(cells):
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]


def markdown(cells):
    return ["| " + " | ".join(cells[0]) + " |", "|" + "---|" * len(cells[0])] + ["| " + " | ".join(row) + " |" for row in cells[1:]]


def title(threads):
    return f"{threads} thread{'s' if int(threads) > 1 else ''}"


def scaling(workloads):
    """What one record or one element costs at each size, as a multiple of the first size; and the way back as a multiple of the way forward."""
    times = {name: min(by["xtgrad"]) for name, by in workloads.items() if name.startswith("scaling/") and "xtgrad" in by}
    lines = []
    for kind in ("records", "elements"):
        sizes = {int(name.split(":")[1]): time for name, time in times.items() if name.startswith(f"scaling/{kind}:")}
        if sizes:
            first = sizes[min(sizes)]
            lines.append(f"cost of one of so many {kind}, as a multiple of the first: " + ", ".join(f"10^{len(str(n)) - 1}: {ratio(sizes[n], first)}" for n in sorted(sizes)))
    for name in ("chain", "operations", "mlp"):
        forward, both = times.get(f"scaling/{name}/forward"), times.get(f"scaling/{name}/both")
        if forward and both:
            lines.append(f"the way back, as a multiple of the way forward, {name}: {ratio(both - forward, forward)}")
    return lines


def memory(figures):
    """Peak resident memory over what the process held before the network existed, in KiB, to ratios."""
    return [["peak memory", *CONTESTANTS, "xtgrad/floor"]] + [
        [name, *(f"{by[who]['peak'] / 1024:.1f} MiB ({by[who]['before'] / 1024:.1f})" if who in by else "-" for who in CONTESTANTS),
         ratio(by["xtgrad"]["peak"], by["floor"]["peak"]) if {"xtgrad", "floor"} <= by.keys() else "-"]
        for name, by in figures.items()]


def compile_time(figures):
    seconds = {who: min(times) for who, times in figures.items()}
    lines = []
    if "xtgrad" in seconds:
        lines.append(f"a ten-line program of xtgrad compiles in {ratio(seconds['xtgrad'], seconds['xtensor'])} × the time of <xtensor/xarray.hpp>")
        if "libtorch" in seconds:
            lines[-1] += f", one of libtorch in {ratio(seconds['libtorch'], seconds['xtgrad'])} × xtgrad's"
    return lines


def training(figures):
    """Runs of W6: least and greatest over the seeds."""
    cells = [["training", "contestant", "steps/s ÷ floor's", "accuracy after the fixed steps", "goal", "seconds to goal ÷ floor's"]]
    for name, by in figures.items():
        floor = by.get("floor", [])
        for who, runs in by.items():
            def against_floor(key):
                pairs = [run[key] / other[key] for run, other in zip(runs, floor) if run[key] and other[key]]
                return f"{min(pairs):.2f} to {max(pairs):.2f}" if pairs else "-"
            accuracies = [100 * run["accuracy"] for run in runs]
            cells.append([name, who, against_floor("steps_per_second"), f"{min(accuracies):.2f} to {max(accuracies):.2f} %",
                          f"{100 * runs[0]['goal']:.1f} %", against_floor("seconds_to_goal")])
    return cells


def head(result):
    return (f"{result['rounds']} interleaved rounds; {'processor time' if result['cpu_time'] else 'time'}; BLAS kernels for {result['kernel']}; {result['processor']}")


def text(result):
    lines = [head(result)]
    for threads, workloads in result["figures"].items():
        cells = [["workload", *CONTESTANTS, "xtgrad/floor", "other floors", "libtorch/xtgrad", "numpy/xtgrad", "goal"]]
        for row in rows(workloads):
            cells.append([row.name, *(f"{duration(row.least[who])} ({duration(row.median[who])})" if who in row.least else "-" for who in CONTESTANTS),
                          row.cell("xtgrad", "floor"), row.other_floors(), row.cell("libtorch", "xtgrad"), row.cell("numpy", "xtgrad"), row.verdict()])
        lines += ["", f"{title(threads)}: least time of one item (median)", *aligned(cells)] if len(cells) > 1 else []
        lines += ["", *scaling(workloads)] if scaling(workloads) else []
    lines += ["", *aligned(memory(result["memory"]))] if result["memory"] else []
    lines += ["", *compile_time(result["compile"])] if result["compile"] else []
    lines += ["", *aligned(training(result["training"]))] if result["training"] else []
    return "\n".join(lines + [f"without {word}" for word in result["missing"]]).replace("**", "")


def readme(result):
    lines = [head(result) + "."]
    for threads, workloads in result["figures"].items():
        cells = [["workload", "xtgrad ÷ floor (medians)", "÷ other floors", "libtorch ÷ xtgrad", "NumPy ÷ xtgrad", "others ÷ xtgrad", "goal"]]
        for row in rows(workloads):
            cells.append([row.name, row.cell("xtgrad", "floor", with_median=True), row.other_floors(), row.cell("libtorch", "xtgrad"), row.cell("numpy", "xtgrad"),
                          row.others_by_ratio(with_published=threads == "1"), row.verdict()])
        lines += ["", f"### {title(threads)}", "", *markdown(cells)] if len(cells) > 1 else []
        lines += ["", *(f"* {line}" for line in scaling(workloads))] if scaling(workloads) else []
    if result["memory"]:
        cells = [["peak resident memory ÷ the floor's", *CONTESTANTS[2:], "xtgrad"]]
        for name, by in result["memory"].items():
            cells.append([name, *(ratio(by[who]["peak"], by["floor"]["peak"]) if who in by else "-" for who in (*CONTESTANTS[2:], "xtgrad"))])
        lines += ["", "### Memory", "", *markdown(cells)]
    lines += ["", "### Compile time", "", *(f"* {line}" for line in compile_time(result["compile"]))] if result["compile"] else []
    lines += ["", "### Training", "", *markdown(training(result["training"]))] if result["training"] else []
    lines += ["", *(f"Without {word}." for word in result["missing"])] if result["missing"] else []
    return "\n".join(lines)
