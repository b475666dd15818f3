"""How often does each interval of the package contain the population's value? By simulation.

python benchmarks/interval_coverage.py                   simulate (about an hour), write the table and the page
python benchmarks/interval_coverage.py --samples 500     quicker, for a look; writes nothing
python benchmarks/interval_coverage.py --design d_av     only designs or intervals whose name has this; writes nothing
python benchmarks/interval_coverage.py --page            write docs/coverage.md again from the table
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))

from interval_coverage_designs import BAND, DESIGNS, SIZES, Case, Design, Setting

from mmc_analysis.errors import MMCWarning

HERE = Path(__file__).resolve().parent
TABLE, PAGE, TEMPLATE = (
    HERE / "interval_coverage.csv",
    HERE.parent / "docs" / "coverage.md",
    HERE / "interval_coverage.md",
)
SAMPLES, SEED, BATCH = 6_000, 20261121, 2500
COLUMNS = ["design", "label", "n", "rho", "effect", "variant", "truth", "estimate", "std_error", "replicates"]


def simulate(setting: Setting, draw, cases: list[Case], samples: int, seed: int = SEED) -> pd.DataFrame:
    """Count how often each case's interval contains the truth, for one setting.

    Returns
    -------
    pandas.DataFrame
        One row per case; ``estimate`` is the coverage, ``std_error`` its Monte-Carlo error.
    """
    key = [
        SEED,
        setting.n,
        *(round(1000 * abs(x)) for x in (setting.effect, np.nan_to_num(setting.rho), setting.variant)),
    ]
    rng = np.random.default_rng(key)
    hits = dict.fromkeys((case.label for case in cases), 0)
    for done in range(0, samples, BATCH):
        drawn = draw(setting, rng, min(BATCH, samples - done))
        for case in cases:
            frame, truth = case.interval(*drawn), case.truth(setting)
            hits[case.label] += int(((frame["conf_low"] <= truth) & (truth <= frame["conf_high"])).sum())
    rows = [
        (
            case.label,
            setting.n,
            setting.rho,
            setting.effect,
            setting.variant,
            case.truth(setting),
            hits[case.label] / samples,
        )
        for case in cases
    ]
    frame = pd.DataFrame(rows, columns=["label", "n", "rho", "effect", "variant", "truth", "estimate"])
    error = np.sqrt(frame["estimate"] * (1 - frame["estimate"]) / samples)
    return frame.assign(std_error=error.round(5), replicates=samples)


def simulate_design(design: Design, samples: float, settings=None, seed: int = SEED) -> pd.DataFrame:
    """Simulate the settings of a design, all or some."""
    parts, start, count = [], time.monotonic(), max(1, round(samples * design.share))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MMCWarning)
        for setting in design.settings if settings is None else settings:
            cases = [case for case in design.cases if case.where(setting)]
            if cases:
                parts.append(simulate(setting, design.draw, cases, count, seed))
    sys.stderr.write(f"{design.name}: {time.monotonic() - start:.0f} s\n")
    return pd.concat(parts, ignore_index=True).assign(design=design.name)[COLUMNS]


def span(rows: pd.DataFrame) -> str:
    """Lowest and highest coverage in percent."""
    if not len(rows):
        return "–"
    low, high = (f"{100 * value:.1f}" for value in (rows["estimate"].min(), rows["estimate"].max()))
    return low if low == high else f"{low}–{high}"


def design_table(design: Design, frame: pd.DataFrame) -> str:
    """A table of a design: an interval and a correlation per row, a size per column."""
    mine = frame[frame["design"] == design.name]
    lines = [
        "| interval | ρ | " + " | ".join(f"n = {n}" for n in SIZES) + " | lowest where |",
        "|---|---|" + "---:|" * 4 + "---|",
    ]
    for case in design.cases:
        rows = mine[mine["label"] == case.label]
        for rho, group in rows.groupby("rho", dropna=False):
            cells = [span(group[group["n"] == n]) for n in SIZES]
            shown = "–" if np.isnan(rho) else f"{rho:g}"
            lines.append(f"| {case.label} | {shown} | " + " | ".join(cells) + f" | {where_lowest(group, design)} |")
    return "\n".join(lines)


def where_lowest(rows: pd.DataFrame, design: Design) -> str:
    """The setting of the lowest coverage in words."""
    row = rows.loc[rows["estimate"].idxmin()]
    variant = f", {design.variant_name} {row['variant']:g}" if design.variant_name else ""
    return f"n {row['n']:.0f}, effect {row['effect']:.3g}{variant}"


def summary_table(frame: pd.DataFrame) -> str:
    """Which intervals leave the band, and how far."""
    lines = ["| interval | lowest | highest | documented |", "|---|---:|---:|---|"]
    for design in DESIGNS:
        for case in design.cases:
            rows = frame[(frame["design"] == design.name) & (frame["label"] == case.label)]
            low, high = 100 * rows["estimate"].min(), 100 * rows["estimate"].max()
            said = "" if case.band == BAND else f"{case.band[0]:g} to {case.band[1]:g} %"
            lines.append(f"| {case.label} ({design.name.lower()}) | {low:.1f} | {high:.1f} | {said} |")
    return "\n".join(lines)


def page(frame: pd.DataFrame) -> str:
    """The page for the documentation, from the table of results."""
    parts = []
    for design in DESIGNS:
        count = frame.loc[frame["design"] == design.name, "replicates"].iloc[0]
        error = 100 * np.sqrt(0.95 * 0.05 / count)
        told = f"{count:,} samples per setting (Monte-Carlo error ± {error:.1f}).".replace(",", " ")
        parts.append(f"## {design.name}\n\n{design.population}\n{told}\n\n{design_table(design, frame)}")
    text = TEMPLATE.read_text(encoding="utf-8").replace("{{summary}}", summary_table(frame))
    return text.replace("{{designs}}", "\n\n".join(parts)).replace("{{seed}}", str(SEED))


def main() -> None:
    """Simulate and write, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--design", default="")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    if not options.page:
        chosen = [design for design in DESIGNS if options.design.lower() in design.name.lower()]
        found = pd.concat([simulate_design(design, options.samples) for design in chosen], ignore_index=True)
        if options.samples != SAMPLES:
            spans = found.groupby(["design", "label", "n"], sort=False)["estimate"].agg(["min", "max"])
            sys.stdout.write((100 * spans.unstack("n")).round(1).to_string() + "\n")
            return
        write_table(found)
    if set(pd.read_csv(TABLE)["design"]) == {design.name for design in DESIGNS}:
        PAGE.write_text(page(pd.read_csv(TABLE)), encoding="utf-8")


def write_table(found: pd.DataFrame) -> None:
    """Put the rows of some designs in their place in the table."""
    kept = pd.read_csv(TABLE) if TABLE.exists() else found.iloc[:0]
    whole = pd.concat([kept[~kept["design"].isin(found["design"])], found], ignore_index=True)
    order = {design.name: i for i, design in enumerate(DESIGNS)}
    whole = whole.sort_values("design", key=lambda names: names.map(order), kind="stable")
    whole.to_csv(TABLE, index=False, lineterminator="\n", float_format="%.6g")


if __name__ == "__main__":
    main()
