"""Do participants differ in their response to a treatment, beyond what varies without it?"""

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.frames import Effect, check_level, effect_frame, no_limits, t_limits
from mmc_analysis.effects.samples import PairedSummary, PrePostControl
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options

INTERVALS = {
    "mover": "interval recovered from those of each variance",
    "normal": "normal interval of that difference",
}


@named_options
def sd_individual_response(
    treatment: PairedSummary | PrePostControl, control: PairedSummary | None = None, *, conf_level: float | None = 0.95,
    interval: str = "mover",
) -> pd.DataFrame:  # fmt: skip
    """Return the SD of individual responses, √(SD²_change,treatment - SD²_change,control), with its sign.

    Parameters
    ----------
    treatment, control : PairedSummary
        Pre (2) and post (1) of the two groups, ``k`` samples each; or one PrePostControl.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"mover", "normal"}
        Limits of the difference of the two variances: recovered from the χ² limits of each (Zou and Donner 2008), or
        estimate ± z · SE with SE² = 2(SD⁴_T/df_T + SD⁴_C/df_C) (Hopkins 2015), which covers 82 to 100 % at n = 6.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "sd_individual_response". Estimate and limits are brought back from variances by a root that
        keeps the sign: a negative SD stands for a negative variance, that is, changes varied more in the control group
        (Atkinson and Batterham 2015). `std_error` is by the delta method, empty where the estimate is zero.

    Raises
    ------
    EffectError
        If there is no control arm: changes of one group alone vary through measurement error and daily variation too,
        and cannot show individual responses.

    Examples
    --------
    >>> trained = PairedSummary(20, 38.5, 30.6, 11.6, 9.0, 0.47)
    >>> control = PairedSummary(20, 19.7, 18.1, 7.8, 7.9, 0.67)
    >>> sd_individual_response(trained, control)[["estimate", "conf_low", "conf_high"]].round(2).values.tolist()
    [[8.76, 3.02, 14.52]]
    """
    level = check_level(conf_level)
    if control is None and not isinstance(treatment, PrePostControl):
        raise EffectError(
            "a control arm is needed: in one group alone the SD of the changes mixes individual responses with measurement "
            "error and day-to-day variation. Give the control's pre and post, or fit a model to a design in which every "
            "participant has the treatment more than once."
        )
    check_option("interval", interval, INTERVALS, EffectError)
    arms = treatment if control is None else PrePostControl(treatment, control)
    parts = [(arm.sd_change**2, arm.n - 1) for arm in (arms.treatment, arms.control)]
    variance = parts[0][0] - parts[1][0]
    error = np.sqrt(sum(2 * square**2 / df for square, df in parts))
    if level is None:
        limits = no_limits(variance)
    elif interval == "mover":
        limits = _recovered_limits(*parts, level)
    else:
        limits = t_limits(variance, error, np.inf, level)
    estimate, low, high = (signed_root(v) for v in (variance, *limits))
    with np.errstate(divide="ignore"):
        std_error = np.where(estimate == 0, np.nan, error / (2 * np.abs(estimate)))
    effect = Effect("sd_individual_response", estimate, std_error, np.full(variance.shape, np.inf), low, high,
                    f"signed root of the difference of variances of change; {INTERVALS[interval]}",
                    unit=arms.unit)  # fmt: skip
    return effect_frame(arms, effect, level)


def _recovered_limits(first, second, conf_level) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the difference of two variances, each given with its df, from those of each variance."""
    alpha = (1 - conf_level) / 2
    limits = [[v * df / special.chdtri(df, p) for p in (alpha, 1 - alpha)] for v, df in (first, second)]
    (low_1, high_1), (low_2, high_2) = limits
    v_1, v_2 = first[0], second[0]
    return v_1 - v_2 - np.hypot(v_1 - low_1, high_2 - v_2), v_1 - v_2 + np.hypot(high_1 - v_1, v_2 - low_2)


def signed_root(variance) -> np.ndarray:
    """Return the root of a number with the number's sign.

    Examples
    --------
    >>> signed_root(np.array([4.0, -9.0]))
    array([ 2., -3.])
    """
    return np.sign(variance) * np.sqrt(np.abs(variance))
