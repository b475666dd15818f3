"""Type I error and coverage of the recommended models, and of the tempting ones, by simulation.

    python benchmarks/error_rates.py                     simulate (about half an hour), write the table and the page
    python benchmarks/error_rates.py --replicates 200    quicker, for a look; writes nothing
    python benchmarks/error_rates.py --page              write docs/error_rates.md again from the table

Each simulated study has n participants who lift under 3 conditions × 5 loads. Nothing is different on average: every
rejection is an error and every true difference is zero. People differ, and each has their own response to a condition
and to a load.
"""

import argparse
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from mmc_analysis.errors import MMCWarning
from mmc_analysis.models.mixed.model import MixedFit, fit_mixed
from mmc_analysis.models.tables.anova import hypothesis_matrices

HERE = Path(__file__).resolve().parent
TABLE, PAGE = HERE / "error_rates.csv", HERE.parent / "docs" / "error_rates.md"
CONDITIONS, LOADS = ["regular", "pectoralis", "triceps"], ["20", "40", "50", "60", "80"]
SIZES, SEED, REPLICATES, BATCH = (8, 12, 18, 30), 20261121, 3000, 250
SD_PERSON, SD_CONDITION, SD_LOAD, SD_CELL, SD_RESIDUAL = 8.0, 3.0, 3.0, 3.0, 4.0
TERMS = ("condition", "load", "condition:load")
KR, SATTERTHWAITE, NORMAL = "kenward-roger", "satterthwaite", "asymptotic"
LABELS = {KR: "Kenward-Roger", SATTERTHWAITE: "Satterthwaite", NORMAL: "normal (z, χ²)"}

RECOMMENDED = "(1 + condition | participant) + (1 | participant:load)"
COMPONENTS = "(1 | participant) + (1 | participant:condition) + (1 | participant:load)"
CELL = " + (1 | participant:condition:load)"
ONE_PER_CELL = {
    RECOMMENDED: (KR, SATTERTHWAITE, NORMAL),
    COMPONENTS: (KR,),
    "(1 + condition | participant)": (KR, NORMAL),
    "(1 | participant)": (KR, NORMAL),
}
THREE_PER_CELL = {RECOMMENDED + CELL: (KR,), COMPONENTS + CELL: (KR,), RECOMMENDED: (KR,), "(1 | participant)": (KR,)}
DIFFERENCES = {  # weights of the 15 cell means, condition by load
    "condition": np.kron([-1.0, 1.0, 0.0], np.full(5, 0.2)),
    "load": np.kron(np.full(3, 1 / 3), [-1.0, 0.0, 0.0, 0.0, 1.0]),
    "condition:load": np.kron([-1.0, 1.0, 0.0], [-1.0, 0.0, 0.0, 0.0, 1.0]),
}


def design(n: int, repetitions: int = 1) -> pd.DataFrame:
    """Rows of a study: participant slowest, then condition, load, repetition."""
    rows = pd.MultiIndex.from_product(
        [[f"P{i:02d}" for i in range(n)], CONDITIONS, LOADS, range(repetitions)],
        names=["participant", "condition", "load", "repetition"],
    ).to_frame(index=False)
    for name, levels in (("condition", CONDITIONS), ("load", LOADS)):
        rows[name] = pd.Categorical(rows[name], categories=levels)
    return rows.assign(evidence="synthetic")


def null_responses(rng: np.random.Generator, n: int, repetitions: int = 1) -> np.ndarray:
    """One study in which nothing differs on average, (n, 3, 5, repetitions)."""
    a, b = len(CONDITIONS), len(LOADS)
    y = rng.normal(40, SD_PERSON, (n, 1, 1, 1)) + rng.normal(0, SD_CONDITION, (n, a, 1, 1))
    y = y + rng.normal(0, SD_LOAD, (n, 1, b, 1)) + rng.normal(0, SD_RESIDUAL, (n, a, b, repetitions))
    return y + rng.normal(0, SD_CELL, (n, a, b, 1)) if repetitions > 1 else y


def repeated_measures(y: np.ndarray) -> dict[str, tuple[float, float]]:
    """P values of repeated-measures analysis of variance for each term, uncorrected and Greenhouse-Geisser; y (n, a, b)."""
    n, a, b = y.shape
    contrast_a, contrast_b = (stats_helmert(k) for k in (a, b))
    flat = y.reshape(n, a * b)
    weights = {
        "condition": np.kron(contrast_a, np.full((1, b), b**-0.5)),
        "load": np.kron(np.full((1, a), a**-0.5), contrast_b),
        "condition:load": np.kron(contrast_a, contrast_b),
    }
    found = {}
    for term, matrix in weights.items():
        d = flat @ matrix.T
        q = d.shape[1]
        s = np.cov(d.T)
        f = n * (d.mean(0) ** 2).sum() / np.trace(s)
        epsilon = np.trace(s) ** 2 / (q * (s**2).sum())
        found[term] = tuple(stats.f.sf(f, e * q, e * q * (n - 1)) for e in (1.0, epsilon))
    return found


def stats_helmert(k: int) -> np.ndarray:
    """Orthonormal contrasts among k levels, (k - 1, k)."""
    full = np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, : k - 1]]))[0]
    return full[:, 1:].T


@dataclass(frozen=True)
class Prepared:
    """A model on a design, ready for many responses.

    Attributes
    ----------
    fit : MixedFit
        Of the first study.
    hypotheses : dict of str to ndarray (q, p)
        Type III rows of each term.
    differences : ndarray (3, p)
        One difference of means for each term.
    """

    fit: MixedFit
    hypotheses: dict[str, np.ndarray]
    differences: np.ndarray


def prepare(random: str, rows: pd.DataFrame, y: np.ndarray) -> Prepared:
    """Fit one study, and keep what all studies of the design share."""
    fit = fit_mixed(f"value ~ condition * load + {random}", rows.assign(value=y.ravel()))
    cells = rows.drop_duplicates(["condition", "load"]).sort_values(["condition", "load"])
    differences = np.array([DIFFERENCES[term] for term in TERMS]) @ fit.fixed.matrix(cells)
    return Prepared(fit, hypothesis_matrices(fit.fixed, 3), differences)


def examine(model: Prepared, fit: MixedFit, method: str) -> dict[tuple[str, str], bool]:
    """Whether each term is rejected at 5 %, and whether the 95 % interval of one difference of each covers zero."""
    found = {}
    for term, rows in model.hypotheses.items():
        found["type_1_error", term] = fit.joint_test(rows, method, "expected").p_value < 0.05
    said = fit.linear_estimates(model.differences, method, "expected")
    for term, t, critical in zip(TERMS, said.estimate / said.std_error, stats.t.ppf(0.975, said.df), strict=True):
        found["coverage", term] = abs(t) <= critical
    return found


def answers(
    model: Prepared, methods: tuple[str, ...], random: str, responses: np.ndarray
) -> Iterator[dict[tuple, bool]]:
    """For each response (n_obs, N) what a model says: (model, method, metric, term) to yes or no."""
    fits = model.fit.refit(responses)
    for i in range(len(fits)):
        fit = fits.fit(i)
        found = {(random, "", "singular", ""): fit.singular}
        for method in methods:
            found |= {(random, LABELS[method], *key): yes for key, yes in examine(model, fit, method).items()}
        yield found


def classical_answers(y: np.ndarray) -> dict[tuple, bool]:
    """What repeated-measures analysis of variance says of one study, (n, 3, 5)."""
    found = {}
    for term, (plain, corrected) in repeated_measures(y).items():
        found["RM-ANOVA", "uncorrected", "type_1_error", term] = plain < 0.05
        found["RM-ANOVA", "Greenhouse-Geisser", "type_1_error", term] = corrected < 0.05
    return found


def simulate(n: int, repetitions: int, replicates: int, models: dict, progress=lambda done: None) -> pd.DataFrame:
    """Simulate studies of n participants; one row per model, method, metric and term.

    Returns
    -------
    pandas.DataFrame
        ``estimate`` is the share of studies, ``std_error`` its Monte-Carlo error.
    """
    rng = np.random.default_rng([SEED, n, repetitions])
    rows = design(n, repetitions)
    yes = defaultdict(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MMCWarning)
        first = null_responses(np.random.default_rng(SEED), n, repetitions)
        prepared = {random: prepare(random, rows, first) for random in models}
        for done in range(0, replicates, BATCH):
            studies = [null_responses(rng, n, repetitions) for _ in range(min(BATCH, replicates - done))]
            responses = np.column_stack([y.ravel() for y in studies])
            said = [answers(prepared[random], methods, random, responses) for random, methods in models.items()]
            if repetitions == 1:
                said.append(classical_answers(y[..., 0]) for y in studies)
            for found in chain.from_iterable(said):
                for key, answer in found.items():
                    yes[key] += bool(answer)
            progress(done + len(studies))
    frame = pd.DataFrame([(*key, count / replicates) for key, count in yes.items()],
                         columns=["label", "method", "metric", "term", "estimate"])  # fmt: skip
    error = np.sqrt(frame["estimate"] * (1 - frame["estimate"]) / replicates)
    return frame.assign(
        std_error=error.round(5), n=n, repetitions=repetitions, replicates=replicates, evidence="synthetic"
    )


def simulate_all(replicates: int) -> pd.DataFrame:
    """Simulate every size, with one value per cell and with three repetitions."""
    parts = []
    for repetitions, models in ((1, ONE_PER_CELL), (3, THREE_PER_CELL)):
        for n in SIZES:
            count = replicates if repetitions == 1 else replicates // 2
            parts.append(simulate(n, repetitions, count, models, progress_of(n, repetitions, count)))
    return pd.concat(parts, ignore_index=True)


def progress_of(n: int, repetitions: int, replicates: int):
    """A function that says on standard error how far a simulation is."""
    start = time.monotonic()

    def say(done: int) -> None:
        seconds = time.monotonic() - start
        sys.stderr.write(f"n={n} repetitions={repetitions}: {done}/{replicates} in {seconds:.0f} s\n")

    return say


def share(rows: pd.DataFrame) -> str:
    """One cell of a table: the share in percent."""
    return f"{100 * rows['estimate'].iloc[0]:.1f}" if len(rows) else "–"


def markdown_table(frame: pd.DataFrame, metric: str) -> str:
    """A table with one row per model and method, one column per size and term."""
    frame = frame[frame["metric"] == metric]
    head = "| random terms | inference | " + " | ".join(f"{term} n={n}" for term in TERMS for n in SIZES) + " |"
    lines = [head, "|---|---|" + "---:|" * (len(SIZES) * len(TERMS))]
    for label, method in frame[["label", "method"]].drop_duplicates().itertuples(index=False):
        mine = frame[(frame["label"] == label) & (frame["method"] == method)]
        cells = [share(mine[(mine["term"] == term) & (mine["n"] == n)]) for term in TERMS for n in SIZES]
        lines.append(f"| {'`' + label + '`' if '|' not in label else '`' + label.replace('|', chr(92) + '|') + '`'} | {method} | "
                     + " | ".join(cells) + " |")  # fmt: skip
    return "\n".join(lines)


def page(frame: pd.DataFrame) -> str:
    """The page for the documentation, from the table of results."""
    one, three = frame[frame["repetitions"] == 1], frame[frame["repetitions"] == 3]
    text = (HERE / "error_rates_page.md").read_text(encoding="utf-8")
    singular = one[(one["metric"] == "singular")].set_index(["label", "n"])["estimate"]
    slots = {
        "replicates": f"{one['replicates'].iloc[0]:,}".replace(",", " "),
        "replicates_three": f"{three['replicates'].iloc[0]:,}".replace(",", " "),
        "seed": str(SEED),
        "monte_carlo": f"{100 * np.sqrt(0.05 * 0.95 / one['replicates'].iloc[0]):.1f}",
        "monte_carlo_three": f"{100 * np.sqrt(0.05 * 0.95 / three['replicates'].iloc[0]):.1f}",
        "singular": ", ".join(f"{100 * singular[RECOMMENDED, n]:.0f} % (n = {n})" for n in SIZES),
        "errors_one": markdown_table(one, "type_1_error"),
        "coverage_one": markdown_table(one, "coverage"),
        "errors_three": markdown_table(three, "type_1_error"),
        "coverage_three": markdown_table(three, "coverage"),
    }
    for name, value in slots.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def main() -> None:
    """Simulate and write, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    if not options.page:
        found = simulate_all(options.replicates)
        if options.replicates != REPLICATES:
            sys.stdout.write(found.to_string() + "\n")
            return
        found.to_csv(TABLE, index=False, lineterminator="\n")
    PAGE.write_text(page(pd.read_csv(TABLE, keep_default_na=False)), encoding="utf-8")


if __name__ == "__main__":
    main()
