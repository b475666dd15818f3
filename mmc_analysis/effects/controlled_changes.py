"""Effects of a treated against a control group, each measured before and after."""

import numpy as np
import pandas as pd

from mmc_analysis.effects.differences import Difference, t_frame
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.raw import welch
from mmc_analysis.effects.samples import PairedSummary, PrePostControl
from mmc_analysis.effects.standardised import Standardiser, standardise
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options

VARIANCES = ("morris", "becker")


@named_options
def g_ppc2(
    treatment: PairedSummary | PrePostControl, control: PairedSummary | None = None, *, conf_level: float | None = 0.95,
    interval: str = "noncentral-t", variance: str = "morris",
) -> pd.DataFrame:  # fmt: skip
    """Return Morris's d_ppc2: the difference of two mean changes divided by the pooled pre SD, corrected.

    Parameters
    ----------
    treatment, control : PairedSummary
        Pre (2) and post (1) of the two groups, ``k`` samples each; or one PrePostControl.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "shrunk", "normal"}
        Limits of the noncentral t of the difference of changes (pooled, n_T + n_C - 2 degrees of freedom), brought to
        the pre SD as Algina and Keselman (2003) do; those times Hedges' factor, which cover 91 % or more; or estimate ± z ·
        std_error, which covers as little as 88 % where the responses to the treatment differ.
    variance : {"morris", "becker"}
        Morris (2008, equation 25), with the exact factor where he prints its approximation 1 - 3/(4 df - 1), which makes the
        variance up to 0.3 % larger in groups of nine; or 2(1-r)(1/n_T + 1/n_C) + g²/(2(n_T + n_C)), the large-sample form.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "g_ppc2" (Morris 2008, equation 8); `n` counts both groups. The correlation in the variance
        is the mean of the groups' correlations, weighted by n - 1.

    Raises
    ------
    EffectError
        If a group is missing or the groups do not match.

    Examples
    --------
    >>> trained = PairedSummary(20, 38.5, 30.6, 11.6, 15.0, 0.47)
    >>> control = PairedSummary(20, 19.7, 23.1, 14.8, 13.8, 0.47)
    >>> g_ppc2(trained, control)[["estimate", "std_error"]].round(4).values.tolist()
    [[0.7684, 0.3402]]
    """
    check_option("variance", variance, VARIANCES, EffectError)
    arms = as_arms(treatment, control)
    t_arm, c_arm = arms.treatment, arms.control
    df, per_n = t_arm.n + c_arm.n - 2, 1 / t_arm.n + 1 / c_arm.n
    sd_pre, sd_change = (_pooled(t_arm, c_arm, name) for name in ("sd_2", "sd_change"))
    r = ((t_arm.n - 1) * t_arm.r + (c_arm.n - 1) * c_arm.r) / df
    variance_of = _morris if variance == "morris" else _becker
    by = Standardiser(sd_pre, f"difference of changes / pooled pre SD, {variance} variance",
                      lambda g: variance_of(g, r, per_n, df), df)  # fmt: skip
    difference = Difference(arms, t_arm.mean_change - c_arm.mean_change, sd_change * np.sqrt(per_n), df)
    return standardise(difference, "g_ppc2", by, conf_level, interval)


@named_options
def change_difference(
    treatment: PairedSummary | PrePostControl, control: PairedSummary | None = None, *, conf_level: float | None = 0.95
) -> pd.DataFrame:
    """Return the difference of two mean changes in the units of the measurement, with Welch's t.

    Parameters
    ----------
    treatment, control : PairedSummary
        Pre (2) and post (1) of the two groups, ``k`` samples each; or one PrePostControl.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "raw". With the measurements at hand, an analysis of covariance or a mixed model is more
        precise.

    Raises
    ------
    EffectError
        If a group is missing or the groups do not match.

    Examples
    --------
    >>> trained = PairedSummary(20, 38.5, 30.6, 11.6, 15.0, 0.47)
    >>> control = PairedSummary(20, 19.7, 23.1, 14.8, 13.8, 0.47)
    >>> change_difference(trained, control)[["estimate", "std_error", "df"]].round(2).values.tolist()
    [[11.3, 4.55, 37.9]]
    """
    arms = as_arms(treatment, control)
    parts = [(arm.sd_change**2 / arm.n, arm.n - 1) for arm in (arms.treatment, arms.control)]
    std_error, df = welch(*parts[0], *parts[1])
    estimate = arms.treatment.mean_change - arms.control.mean_change
    method = "difference of mean changes; Welch's t"
    return t_frame(Difference(arms, estimate, std_error, df), "raw", method, conf_level, arms.unit)


def as_arms(treatment, control) -> PrePostControl:
    """Return both arms as one, or refuse an arm without its control."""
    if isinstance(treatment, PrePostControl) and control is None:
        return treatment
    if control is None:
        raise EffectError(
            "a control arm is needed: without it, the change of the treated group mixes treatment, practice, time and "
            "regression to the mean. Give its PairedSummary, or report mean_change, which claims less."
        )
    return PrePostControl(treatment, control)


def _pooled(treatment, control, name) -> np.ndarray:
    sums = [(arm.n - 1) * getattr(arm, name) ** 2 for arm in (treatment, control)]
    return np.sqrt(sum(sums) / (treatment.n + control.n - 2))


def _morris(g, r, per_n, df) -> np.ndarray:
    if (df <= 2).any():
        raise EffectError(
            "Morris's variance needs more than 4 participants in both groups together; use variance='becker'."
        )
    base = 2 * (1 - r) * per_n
    return hedges_factor(df) ** 2 * base * df / (df - 2) * (1 + g**2 / base) - g**2


def _becker(g, r, per_n, df) -> np.ndarray:
    return 2 * (1 - r) * per_n + g**2 / (2 * (df + 2))
