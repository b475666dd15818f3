"""Advice that saves a study: what a mixed model leaves out, and which formula to use instead."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.formulas.expressions import columns_of
from mmc_analysis.models.formulas.formula import Formula, RandomTerm, parse_terms
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.solution import MixedSolution
from mmc_analysis.schema import DESIGN

# Means over 8 to 30 lifters of the Kenward-Roger rates in benchmarks/error_rates.csv.
_SIMULATED = "In simulated studies of this design (3 conditions × 5 loads, 8 to 30 lifters{rows}) "
_NOT_5 = "rejected a true null hypothesis about {rates} of the time, not 5 %."
_REPETITIONS = ", 3 repetitions per cell"
INTERCEPT_ALONE = f"{_SIMULATED.format(rows='')}a random intercept alone " + _NOT_5.format(
    rates="23 % (condition) and 15 % (load)"
)
ONE_FACTOR_LEFT_OUT = f"{_SIMULATED.format(rows='')}the test of load without (1 | participant:load) " + _NOT_5.format(
    rates="23 %"
)
CELLS_LEFT_OUT = (
    f"{_SIMULATED.format(rows=_REPETITIONS)}the test of the interaction without (1 | participant:condition:load) "
    + _NOT_5.format(rates="45 %")
)
REPETITIONS_ALONE = f"{_SIMULATED.format(rows=_REPETITIONS)}a random intercept alone " + _NOT_5.format(
    rates="54 % (condition) and 58 % (load)"
)
FEW_VALUES = 8
MOST_SLOPE_LEVELS = 4
FACTOR_KINDS = ("label", "ordered", "id")


@dataclass(frozen=True)
class WithinDesign:
    """Who was measured under what.

    Attributes
    ----------
    person : ndarray of int (n,)
        Code of the participant of each row.
    unit : tuple of str
        The columns that name a participant in a grouping: ``("participant",)`` or ``("study", "participant")``.
    codes : dict of str to ndarray of int (n,)
        Levels of every factor that varies within at least two participants.
    """

    person: np.ndarray
    unit: tuple[str, ...]
    codes: dict[str, np.ndarray]

    def repeated(self, factors: frozenset[str]) -> bool:
        """Return whether some participant has several rows with the same levels of these factors."""
        key = self.person.astype(np.int64)
        for name in sorted(factors):
            key = key * (int(self.codes[name].max()) + 1) + self.codes[name]
        return len(np.unique(key)) < len(key)


def advise(
    fixed: FixedDesign, random: Sequence[RandomEffects], solution: MixedSolution, person: np.ndarray
) -> tuple[str, ...]:
    """Return what the user should know about a model, one text per matter; none for the recommended models.

    Parameters
    ----------
    fixed : FixedDesign
    random : sequence of RandomEffects
    solution : MixedSolution
    person : ndarray of int (n,)
        Code of the participant of each row.
    """
    design = within_design(fixed, random, person)
    found = [_missing_variation(fixed, random, design), *_left_numeric(fixed), *_too_few_levels(random)]
    found += [_singular_terms(random, solution), _not_proven(solution), _saturated(random, solution)]
    return tuple(text for text in found if text)


def within_design(fixed: FixedDesign, random: Sequence[RandomEffects], person: np.ndarray) -> WithinDesign:
    """Return which factors of the fixed part vary within participants."""
    groupings = [effects.term.grouping for effects in random]
    name = "participant" if "participant" in fixed.data.columns else groupings[0][0]
    own = next((grouping for grouping in groupings if name in grouping), (name,))
    unit = tuple(column for column in own if column == name or not _varies(fixed.data[column], person))
    people = int(person.max()) + 1
    within = {}
    for factor, codes in fixed.codes.items():
        levels = np.unique(person.astype(np.int64) * (int(codes.max()) + 1) + codes) // (int(codes.max()) + 1)
        if (np.bincount(levels, minlength=people) > 1).sum() >= min(2, people):
            within[factor] = codes
    return WithinDesign(person, unit, within)


def _varies(column, person: np.ndarray) -> bool:
    values = column.to_numpy(dtype=object)
    first = np.full(int(person.max()) + 1, None, dtype=object)
    first[person[::-1]] = values[::-1]
    return bool((first[person] != values).any())


def _missing_variation(fixed: FixedDesign, random: Sequence[RandomEffects], design: WithinDesign) -> str | None:
    """Name the tested factors and interactions that have no variation by participant of their own."""
    has = {variation for effects in random for variation in _variations(effects.term, design, fixed)}
    needed = []
    for term in fixed.terms:
        if any(name in fixed.numerics and name not in fixed.codes for name in term.variables):
            continue
        factors = frozenset(name for name in term.variables if name in design.codes)
        if factors and factors not in has and factors not in needed and design.repeated(factors):
            needed.append(factors)
    alone = len(design.person) > int(design.person.max()) + 1 and not any(
        design.unit[-1] in effects.term.grouping for effects in random
    )
    if not needed and not alone:
        return None
    listed = ", ".join(":".join(sorted(factors, key=list(fixed.codes).index)) for factors in needed)
    start = (
        f"{listed}: varies within participants, with several rows of a participant at the same level, but has no variation "
        "by participant of its own, so its test counts these rows as independent and is too liberal. "
        if needed
        else "participants have several rows, but no random term tells them apart. "
    )
    rate = f"{_error_rate(needed, any(has))} " if needed else ""
    return f"{start}{rate}Use: {recommended(fixed, design, needed)}"


def _error_rate(needed: list[frozenset[str]], others: bool) -> str:
    """Return what simulation says of the nearest such model; `others` is whether it has other variation than intercepts."""
    if any(len(factors) > 1 for factors in needed):
        alone = not others and any(len(factors) == 1 for factors in needed)
        return REPETITIONS_ALONE if alone else CELLS_LEFT_OUT
    return ONE_FACTOR_LEFT_OUT if others else INTERCEPT_ALONE


def _variations(term: RandomTerm, design: WithinDesign, fixed: FixedDesign) -> set[frozenset[str]]:
    """Return the sets of columns, changing within participants, whose variation by participant a term holds."""
    if design.unit[-1] not in term.grouping:
        return set()
    others = [name for name in term.grouping if name not in design.unit]
    cells = frozenset(name for name in others if name in design.codes or _varies(fixed.data[name], design.person))
    parsed = parse_terms(term.expression)
    slopes = [frozenset(name for node in factors for name in columns_of(node)) for factors in parsed.factors]
    return {cells | slope for slope in slopes} | ({cells} if parsed.intercept else set())


def recommended(fixed: FixedDesign, design: WithinDesign, needed: list[frozenset[str]]) -> str:
    """Return the formula with a random term for every variation that is needed.

    The first factor becomes a slope where it has few levels, and an intercept by participant is there to take it;
    every other factor and interaction gets an intercept by participant and level.
    """
    formula = fixed.formula
    terms, unit = list(formula.random), design.unit
    plain = RandomTerm("1", unit)
    alone = [i for i, term in enumerate(terms) if term.grouping == unit and term.expression == "1"]
    if not any(unit[-1] in term.grouping for term in terms):
        terms.insert(0, plain)
        alone = [0]
    people = int(design.person.max()) + 1
    for factors in needed:
        name = min(factors)
        levels = len(fixed.factors[name])
        if len(factors) == 1 and alone and levels <= MOST_SLOPE_LEVELS and people > levels * (levels + 1) // 2:
            terms[alone.pop()] = RandomTerm(f"1 + {name}", unit)
        else:
            ordered = sorted(factors, key=list(fixed.codes).index)
            terms.append(RandomTerm("1", (*unit, *ordered)))
    return str(Formula(formula.response, formula.fixed, tuple(terms)))


def _left_numeric(fixed: FixedDesign) -> list[str]:
    """Name numeric columns that are labels by their name and look like labels by their values."""
    found = []
    for name in fixed.numerics:
        column = DESIGN.get(name.lower())
        if column is None or column.kind not in FACTOR_KINDS or name in fixed.codes:
            continue
        values, counts = np.unique(fixed.data[name].to_numpy(dtype=float), return_counts=True)
        if 3 <= len(values) <= FEW_VALUES and counts.min() >= 2:
            shown = ", ".join(f"{value:g}" for value in values)
            found.append(
                f"'{name}' is a number with {len(values)} values ({shown}), so the model fits one straight line through "
                f"them. If they are labels, write C({name}) in the formula, or make the column a category."
            )
    return found


def _too_few_levels(random: Sequence[RandomEffects]) -> list[str]:
    found = []
    for effects in random:
        width, levels = len(effects.names), len(effects.labels)
        needed = width * (width + 1) // 2
        if width > 1 and levels < needed:
            found.append(
                f"{effects.term} has {needed} variances and covariances, estimated from {levels} levels of "
                f"{effects.grouping}. Use '(1 | {':'.join(effects.term.grouping)}:…)' terms with one variance each, or "
                "fewer slopes."
            )
    return found


def _singular_terms(random: Sequence[RandomEffects], solution: MixedSolution) -> str | None:
    ranks = solution.optimum.certificate.ranks
    listed = ", ".join(
        str(effects.term) for effects, rank in zip(random, ranks, strict=True) if rank < len(effects.names)
    )
    if not listed:
        return None
    return (
        f"singular: the best estimate of the covariance of {listed} has a zero variance or a correlation of ±1. This is "
        "proven, not a failure to converge; small samples do it often. Tests keep the term among the parameters they "
        "account for; do not interpret its correlations."
    )


def _not_proven(solution: MixedSolution) -> str | None:
    if solution.optimum.certificate.holds:
        return None
    return (
        "the optimum is not proven: the likelihood keeps rising towards a residual variance of zero, or is flat. The random "
        "terms leave too little to the residual. Leave out the largest of them."
    )


def _saturated(random: Sequence[RandomEffects], solution: MixedSolution) -> str | None:
    blocks = solution.blocks
    if sum(effects.z.shape[1] * len(effects.labels) for effects in random) + blocks.p < blocks.n:
        return None
    width = blocks.width
    explained = np.linalg.matrix_rank(blocks.stacked[:, :, :width]).sum()
    explained += np.linalg.matrix_rank(blocks.rest[:-1, :-1], tol=1e-10)
    if explained < blocks.n:
        return None
    return (
        f"fixed and random effects together can reproduce each of the {blocks.n} rows, so the residual variance is told from "
        "the others by their pattern alone. Leave out the random term with the most levels."
    )
