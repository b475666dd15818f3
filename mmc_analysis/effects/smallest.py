"""Helpers for a smallest effect of interest, to be stated before the data are seen."""

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.arguments import finite_numbers, refuse, refuse_counts
from mmc_analysis.effects.differences import as_paired
from mmc_analysis.effects.frames import Effect, check_level, computed_evidence, effect_frame
from mmc_analysis.effects.noncentral import noncentral_t_tails
from mmc_analysis.effects.samples import PairedSummary
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import EVIDENCE

DESIGNS = ("paired", "independent")


@named_options
def smallest_worthwhile_change(sd_between, *, fraction: float = 0.2, unit: str | None = None) -> pd.DataFrame:
    """Return a fraction of the SD between participants, a convention where no anchor in practice exists.

    Parameters
    ----------
    sd_between : float or array_like, shape (k,)
        SD between participants from outside the data that are tested.
    fraction : float
        0.2 by convention (Hopkins 2004).
    unit : str, optional

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "smallest_worthwhile_change".

    Raises
    ------
    EffectError
        If an SD or the fraction is not above zero.

    Examples
    --------
    >>> smallest_worthwhile_change(15, unit="pct_max")["estimate"].tolist()
    [3.0]
    """
    sd, fraction = finite_numbers(sd_between=sd_between, fraction=fraction)
    for name, found in (("sd_between", sd), ("fraction", fraction)):
        refuse(found <= 0, name, found, "It must be above zero.")
    frame = pd.DataFrame({"metric": "smallest_worthwhile_change", "estimate": fraction * sd})
    method = [f"{part:g} · SD between participants" for part in fraction]
    return frame.assign(**({"unit": unit} if unit else {}), method=method, evidence="derived")


@named_options
def typical_error(retest: PairedSummary, *, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return the typical error of a measurement, SD of the retest differences / √2, with its χ² interval.

    Parameters
    ----------
    retest : PairedSummary
        Two measurements of the same participants with nothing done in between, ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "typical_error" (Hopkins 2000).

    Raises
    ------
    EffectError
        If `retest` is not a paired summary.

    Examples
    --------
    >>> typical_error(PairedSummary(15, 50.5, 50, 8, 8, 0.9))[["estimate", "conf_low", "conf_high"]].round(2).values.tolist()
    [[2.53, 1.85, 3.99]]
    """
    level = check_level(conf_level)
    df = as_paired(retest).n - 1
    error = retest.sd_change / np.sqrt(2)
    low, high = _sd_limits(error, df, level)
    effect = Effect("typical_error", error, error / np.sqrt(2 * df), df, low, high,
                    "SD of differences / √2; χ² interval", unit=retest.unit)  # fmt: skip
    return effect_frame(retest, effect, level)


@named_options
def minimal_detectable_change(
    retest: PairedSummary, *, confidence: float = 0.95, conf_level: float | None = 0.95
) -> pd.DataFrame:
    """Return the change that one participant must show to exceed measurement error: z · √2 · typical error.

    Parameters
    ----------
    retest : PairedSummary
        As in :func:`typical_error`.
    confidence : float
        How sure one wants to be of a single change; z is its two-sided normal quantile.
    conf_level : float or None
        Level of the interval around the result.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "minimal_detectable_change" (Weir 2005).

    Raises
    ------
    EffectError
        If `retest` is not a paired summary or `confidence` not a fraction.

    Examples
    --------
    >>> minimal_detectable_change(PairedSummary(15, 50.5, 50, 8, 8, 0.9))["estimate"].round(2).tolist()
    [7.01]
    """
    if check_level(confidence, "confidence") is None:
        raise EffectError("confidence must be a fraction between 0 and 1, such as 0.95.")
    scale = special.ndtri((1 + confidence) / 2) * np.sqrt(2)
    frame = typical_error(retest, conf_level=conf_level)
    scaled = {name: frame[name] * scale for name in ("estimate", "std_error", "conf_low", "conf_high")}
    method = f"{scale:.3f} · typical error; χ² interval"
    return frame.assign(metric="minimal_detectable_change", method=method, **scaled)


@named_options
def small_telescopes(
    n, *, n_2=None, design: str = "paired", power: float = 1 / 3, alpha: float = 0.05, evidence: str = "published"
) -> pd.DataFrame:
    """Return the standardised effect that an earlier study had only a third of a chance to detect (Simonsohn 2015).

    A later study that shows the effect to be smaller than this says that the earlier one could not have seen it.

    Parameters
    ----------
    n : int or array_like, shape (k,)
        Participants of the earlier study (pairs, or the first group).
    n_2 : int or array_like, optional
        Its second group; the same as the first if not given.
    design : {"paired", "independent"}
        Gives d_z or d_s.
    power, alpha : float
        Power and two-sided level of the earlier study's t test.
    evidence : {"measured", "published", "derived", "synthetic"}
        Where n comes from.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; metric "d_z" or "d_s".

    Raises
    ------
    EffectError
        If n < 2, or power is not between alpha and 1.

    Examples
    --------
    >>> small_telescopes(20, n_2=20, design="independent")["estimate"].round(3).tolist()
    [0.496]
    >>> small_telescopes(18)["estimate"].round(3).tolist()
    [0.382]
    """
    check_option("design", design, DESIGNS, EffectError)
    power, alpha = check_level(power, "power"), check_level(alpha, "alpha")
    if power is None or alpha is None or not alpha < power:
        raise EffectError(f"power must lie between alpha and 1, but got power={power!r}, alpha={alpha!r}.")
    check_option("evidence", evidence, EVIDENCE, EffectError)
    pairs = design == "paired"
    if pairs and n_2 is not None:
        raise EffectError("n_2 is the size of a second group. Give design='independent', or leave it out.")
    n_1, n_2 = finite_numbers(n=n, n_2=n if n_2 is None else n_2)
    refuse_counts(n_1)
    refuse_counts(n_2, "n_2")
    df, per_t = (n_1 - 1, 1 / np.sqrt(n_1)) if pairs else (n_1 + n_2 - 2, np.sqrt(1 / n_1 + 1 / n_2))
    critical = special.stdtrit(df, 1 - alpha / 2)
    ncp = _ncp_for_power(critical, df, power)
    return pd.DataFrame({
        "metric": "d_z" if pairs else "d_s", "estimate": ncp * per_t, "n": n_1 if pairs else n_1 + n_2,
        "method": f"effect with power {power:.2f} at two-sided alpha {alpha:g}, noncentral t",
        "evidence": computed_evidence(np.full(n_1.shape, evidence, dtype=object)),
    })  # fmt: skip


def _ncp_for_power(critical: np.ndarray, df: np.ndarray, power: float) -> np.ndarray:
    """Bisect the noncentralities, (k,), at which two-sided t tests reject with this probability."""
    low, high = np.zeros_like(critical), critical + 40.0
    for _ in range(60):
        middle = (low + high) / 2
        _, above = noncentral_t_tails(critical, df, middle)
        below, _ = noncentral_t_tails(-critical, df, middle)
        enough = above + below >= power
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return (low + high) / 2


def _sd_limits(sd, df, conf_level) -> tuple[np.ndarray, np.ndarray]:
    if conf_level is None:
        return np.full(sd.shape, np.nan), np.full(sd.shape, np.nan)
    alpha = (1 - conf_level) / 2
    return sd * np.sqrt(df / special.chdtri(df, alpha)), sd * np.sqrt(df / special.chdtri(df, 1 - alpha))
