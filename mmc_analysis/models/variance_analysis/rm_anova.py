"""Repeated-measures analysis of variance for any number of within and between factors."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd
from scipy import linalg, special

from mmc_analysis.errors import ModelError
from mmc_analysis.models.variance_analysis.layout import Layout, layout
from mmc_analysis.models.variance_analysis.sphericity import Sphericity, sphericity
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import combined_evidence

NO_SPHERICITY = Sphericity(np.nan, np.nan, np.nan, np.nan)
NO_VARIATION = 1e-20


@dataclass(frozen=True)
class Stratum:
    """One within-participant error stratum.

    Attributes
    ----------
    within : tuple of str
        Within factors whose contrasts it holds; empty for the stratum between participants.
    means : (G, d) array
        Mean of each orthonormal contrast in each between cell.
    error : (d, d) array
        Sums of squares and products within cells.
    df : int
        Participants minus between cells.
    """

    within: tuple[str, ...]
    means: np.ndarray
    error: np.ndarray
    df: int

    @property
    def sum_of_squares(self) -> float:
        """Error sum of squares."""
        return float(np.trace(self.error))


@dataclass(frozen=True)
class Effect:
    """One row of the table: factors, sum of squares, its degrees of freedom, and its stratum."""

    factors: tuple[str, ...]
    sum_of_squares: float
    num_df: int
    stratum: Stratum


@named_options
def rm_anova(
    data: pd.DataFrame,
    *,
    dv: str = "value",
    within: str | Sequence[str] = (),
    between: str | Sequence[str] = (),
    subject: str = "participant",
    observed: str | Sequence[str] = (),
    metric: str = "ges",
    incomplete: str = "drop",
) -> pd.DataFrame:
    """Test every effect of a repeated-measures design, with corrections for departure from sphericity.

    The sums of squares are Type III: each effect is tested on unweighted means of the between cells, so that
    unequal groups need no care. The error term of an effect is its within part crossed with participants
    within between cells. Several observations of a participant in a cell are averaged first, with a warning.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per observation, such as an observations frame of one measure and one muscle.
    dv : str
        Column of the response.
    within, between : str or sequence of str
        Factors that vary within and between participants.
    subject : str
        Column that names the participant.
    observed : str or sequence of str
        Factors that were measured rather than assigned, such as sex; they enter generalised eta squared.
    metric : {"ges", "pes"}
        Which effect size stands in `estimate`: generalised or partial eta squared. Both have their column.
    incomplete : {"drop", "error"}
        What to do with participants who lack a cell. If dropped, a warning names them and their missing cells,
        and ``table.attrs["incomplete"]`` lists them.

    Returns
    -------
    pandas.DataFrame
        One row per effect: `term`, `metric`, `estimate`, `num_df`, `den_df`, `statistic` (F), `p_value` (sphericity
        assumed), `eps_gg`, `eps_hf`, `p_gg`, `p_hf`, `mauchly_w`, `p_mauchly`, `ges`, `pes`, `n`, `n_obs`, `method`,
        `evidence`. Epsilons are empty for effects between participants and 1 for a single contrast; `eps_hf` is
        not truncated, but `p_hf` uses no epsilon above 1.

    Raises
    ------
    ModelError
        If a column is missing or has two roles, a factor has one level, a between factor varies within a
        participant, a between cell is empty, too few participants are complete, or an error term is zero.

    Warns
    -----
    MMCWarning
        If observations were averaged or participants left out.

    References
    ----------
    Greenhouse & Geisser (1959) Psychometrika 24:95; Lecoutre (1991) J Educ Stat 16:371; Mauchly (1940) Ann Math
    Stat 11:204; Olejnik & Algina (2003) Psychol Methods 8:434 and Bakeman (2005) Behav Res Methods 37:379
    (generalised eta squared).

    Examples
    --------
    >>> emg = pd.DataFrame({
    ...     "participant": np.repeat(["A", "B", "C", "D"], 3),
    ...     "condition": ["regular", "pectoralis", "triceps"] * 4,
    ...     "value": [21.0, 30, 24, 25, 31, 27, 30, 41, 29, 19, 25, 24],
    ... })
    >>> table = rm_anova(emg, within="condition")
    >>> table[["term", "num_df", "den_df", "statistic", "p_value", "eps_gg"]].round(4)
            term  num_df  den_df  statistic  p_value  eps_gg
    0  condition       2       6    12.0739   0.0079  0.5449
    """
    within, between, observed = (_names(given) for given in (within, between, observed))
    check_option("metric", metric, ["ges", "pes"])
    check_option("incomplete", incomplete, ["drop", "error"])
    for name in observed:
        check_option("observed", name, [*within, *between], ModelError)
    cells = layout(data, dv, within, between, subject, incomplete == "error")
    _check_design(cells)
    strata, effects = anova_effects(cells)
    _check_error_terms(strata, cells)
    table = _table(strata, effects, cells, set(observed))
    table.insert(1, "metric", {"ges": "generalised_eta_squared", "pes": "partial_eta_squared"}[metric])
    table.insert(2, "estimate", table[metric])
    table["method"] = _method(cells)
    table["evidence"] = combined_evidence(data)
    table.attrs["incomplete"] = cells.incomplete
    return table


def anova_effects(cells: Layout) -> tuple[list[Stratum], list[Effect]]:
    """Compute the sum of squares of every effect, stratum by stratum, on orthonormal contrasts.

    Parameters
    ----------
    cells : Layout
        Values of shape (N, K), one row per participant.

    Returns
    -------
    strata : list of Stratum
        One per subset of the within factors, the stratum between participants first.
    effects : list of Effect
        Between effects first, then each within effect followed by its interactions with between effects.

    References
    ----------
    Type III hypotheses on cell means with weights 1/n: Searle (1987), Linear Models for Unbalanced Data.
    """
    centred = cells.values - cells.values.mean()
    sizes = cells.cell_sizes
    hypotheses = {part: _contrasts(cells.between, part, average=True) for part in _subsets(cells.between)}
    strata, effects = [], []
    for part in _subsets(cells.within):
        stratum = _stratum(centred @ _contrasts(cells.within, part).T, cells.cell, sizes, part)
        strata.append(stratum)
        for groups, hypothesis in hypotheses.items():
            if part or groups:
                total = _hypothesis_sum_of_squares(hypothesis, stratum.means, sizes)
                n_df = len(hypothesis) * len(stratum.error)
                effects.append(Effect((*groups, *part), total, n_df, stratum))
    return strata, effects


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _subsets(factors: dict[str, tuple]) -> list[tuple[str, ...]]:
    names = list(factors)
    return [part for size in range(len(names) + 1) for part in itertools.combinations(names, size)]


def _contrasts(factors: dict[str, tuple], part: tuple[str, ...], average: bool = False) -> np.ndarray:
    """Return the contrasts of `part`, (d, cells): orthonormal, or on averages over the other factors."""
    pieces = [np.ones((1, 1))]
    for name, levels in factors.items():
        k = len(levels)
        constant = np.full((1, k), 1 / k if average else k**-0.5)
        pieces.append(linalg.helmert(k) if name in part else constant)
    return reduce(np.kron, pieces)


def _stratum(scores: np.ndarray, cell: np.ndarray, sizes: np.ndarray, part: tuple[str, ...]) -> Stratum:
    means = np.stack([np.bincount(cell, weights=column, minlength=len(sizes)) for column in scores.T], axis=1)
    means /= sizes[:, None]
    within_cells = scores - means[cell]
    return Stratum(part, means, within_cells.T @ within_cells, len(scores) - len(sizes))


def _hypothesis_sum_of_squares(hypothesis: np.ndarray, means: np.ndarray, sizes: np.ndarray) -> float:
    estimates = hypothesis @ means
    return float(np.sum(estimates * np.linalg.solve((hypothesis / sizes) @ hypothesis.T, estimates)))


def _check_design(cells: Layout) -> None:
    for name, levels in {**cells.within, **cells.between}.items():
        if len(levels) < 2:
            raise ModelError(f"factor '{name}' has one level, {levels[0]!r}. Leave it out, or add the other levels.")
    empty = np.flatnonzero(cells.cell_sizes == 0)
    if len(empty):
        combinations = list(itertools.product(*cells.between.values()))
        listed = ", ".join(":".join(str(level) for level in combinations[i]) for i in empty)
        raise ModelError(
            f"no complete participant is in {listed} ({':'.join(cells.between)}). Type III tests need every cell; "
            "leave a level or a factor out, or use fit_mixed."
        )
    n, n_cells = len(cells.values), len(cells.cell_sizes)
    if n <= n_cells:
        raise ModelError(
            f"{n} complete participants in {n_cells} between cells leave no degrees of freedom for error. "
            "More participants are needed, or fewer between factors."
        )


def _check_error_terms(strata: list[Stratum], cells: Layout) -> None:
    total = np.sum((cells.values - cells.values.mean()) ** 2)
    if total <= NO_VARIATION * np.sum(cells.values**2):
        raise ModelError("the response is constant, so that nothing can be tested. Check the column named in dv=.")
    for stratum in strata:
        if stratum.sum_of_squares <= NO_VARIATION * total and (stratum.within or cells.between):
            raise ModelError(
                f"the error term of {':'.join(stratum.within) or 'the between effects'} is zero: participants do not "
                "differ there, so that nothing can be tested. Check for copied or constant values."
            )


def _table(strata: list[Stratum], effects: list[Effect], cells: Layout, observed: set[str]) -> pd.DataFrame:
    shapes = {s.within: sphericity(s.error, s.df) if s.within else NO_SPHERICITY for s in strata}
    table = pd.DataFrame([_row(effect, shapes[effect.stratum.within]) for effect in effects])
    table["ges"] = _generalised_eta_squared(effects, sum(s.sum_of_squares for s in strata), observed)
    table["pes"] = [e.sum_of_squares / (e.sum_of_squares + e.stratum.sum_of_squares) for e in effects]
    table["n"], table["n_obs"] = len(cells.values), cells.n_obs
    return table


def _row(effect: Effect, shape: Sphericity) -> dict[str, object]:
    den_df = effect.stratum.df * len(effect.stratum.error)
    statistic = effect.sum_of_squares / effect.num_df / (effect.stratum.sum_of_squares / den_df)
    p_value, p_gg, p_hf = (
        float(special.fdtrc(epsilon * effect.num_df, epsilon * den_df, statistic))
        for epsilon in (1.0, shape.eps_gg, np.minimum(shape.eps_hf, 1.0))
    )
    return {
        "term": ":".join(effect.factors), "num_df": effect.num_df, "den_df": den_df, "statistic": statistic,
        "p_value": p_value, "eps_gg": shape.eps_gg, "eps_hf": shape.eps_hf, "p_gg": p_gg, "p_hf": p_hf,
        "mauchly_w": shape.w, "p_mauchly": shape.p_value,
    }  # fmt: skip


def _generalised_eta_squared(effects: list[Effect], error: float, observed: set[str]) -> list[float]:
    measured = sum(e.sum_of_squares for e in effects if observed & set(e.factors))
    return [
        e.sum_of_squares / (measured + error + (0.0 if observed & set(e.factors) else e.sum_of_squares))
        for e in effects
    ]


def _method(cells: Layout) -> str:
    parts = ["RM-ANOVA, Type III, F test"]
    if cells.most_averaged > 1:
        parts.append(f"means of up to {cells.most_averaged} observations per cell")
    if cells.incomplete:
        parts.append(f"{len(cells.incomplete)} incomplete participants left out")
    return "; ".join(parts)
