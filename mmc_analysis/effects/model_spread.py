"""The standard deviation of one measurement in a fitted model, and how well it is known."""

import numpy as np

from mmc_analysis.errors import EffectError
from mmc_analysis.models import MixedFit, RepeatedFit
from mmc_analysis.models.mixed.blocks import triangle_indices
from mmc_analysis.options import check_option

KINDS = ("total", "participant", "residual")


def model_sd(fit: MixedFit | RepeatedFit, kind: str) -> tuple[float, float]:
    """Return a standard deviation of a fitted model and its Satterthwaite degrees of freedom.

    Parameters
    ----------
    fit : MixedFit or RepeatedFit
        The REML fit behind it is used.
    kind : {"total", "participant", "residual"}
        Of one measurement, averaged over the rows (with random slopes it differs between them); of what the participants'
        own terms make of it; of what is left. A marginal model has the first alone.

    Returns
    -------
    sd, df : float
        df = 2 v²/Var(v) for the variance v, with the expected information of the covariance parameters.

    Raises
    ------
    EffectError
        If there is no such kind, the model has no such standard deviation, or it is estimated as zero.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmc_analysis.models import fit_mixed
    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> sd, df = model_sd(fit_mixed("value ~ condition + (1 | participant)", lifts), "total")
    >>> round(sd, 3), round(df, 2)  # the root mean square of the two SDs; 5 (m_1 + m_2)²/(m_1² + m_2²)
    (8.267, 5.34)
    """
    check_option("kind", kind, KINDS, EffectError)
    if not isinstance(fit, (MixedFit, RepeatedFit)):
        raise EffectError(f"a fit of fit_mixed or fit_repeated is needed, but got {type(fit).__name__}.")
    if isinstance(fit, RepeatedFit):
        if kind != "total":
            raise EffectError(f"a marginal model has no '{kind}' variance of its own. Use standardiser='total'.")
        variance, slope, covariance = _marginal(fit)
    else:
        variance, slope, covariance = _mixed(fit, kind)
    if not variance > 0:
        raise EffectError(f"the '{kind}' variance of {fit.formula} is estimated as zero: nothing can be divided by it.")
    return float(np.sqrt(variance)), float(2 * variance**2 / (slope @ covariance @ slope))


def _mixed(fit: MixedFit, kind: str) -> tuple[float, np.ndarray, np.ndarray]:
    """A variance, its slope by the covariance parameters, and their covariance matrix."""
    parts, people = [], fit.participants().astype(str)
    for effects, factor in zip(fit.random, fit.restricted.factors, strict=True):
        rows, columns = triangle_indices(len(factor))
        own = kind == "total" or (kind == "participant" and _groups_people(effects, people))
        parts.append((rows == columns) * float(own))
    slope = np.append(np.concatenate(parts), float(kind != "participant"))
    unit = fit.restricted.sigma**2
    return unit * slope @ np.append(fit.sensitivity.delta, 1.0), unit * slope, fit.adjusted("expected").w


def _groups_people(effects, people) -> bool:
    """Whether the levels of a random term are the participants."""
    return len(effects.labels) == people.nunique() == people.groupby(effects.level).first().nunique()


def _marginal(fit: RepeatedFit) -> tuple[float, np.ndarray, np.ndarray]:
    found = fit.restricted
    structure, k = found.problem.structure, found.problem.n_occasions
    thetas = found.problem.by_group(found.optimum.point.theta)
    share = np.zeros((len(thetas), k))
    np.add.at(share, (fit.seen.group_codes, fit.seen.occasion.codes), 1 / len(fit.seen.occasion.codes))
    variance = sum(w @ structure.matrix(theta, k).diagonal() for w, theta in zip(share, thetas, strict=True))
    slopes = [structure.first(theta, k).diagonal(axis1=1, axis2=2) @ w for w, theta in zip(share, thetas, strict=True)]
    return found.scale**2 * variance, found.scale**2 * np.concatenate(slopes), found.parameter_covariance("expected")
