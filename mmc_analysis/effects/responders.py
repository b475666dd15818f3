"""Do participants differ in their response to a treatment, beyond what varies without it?"""

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.frames import Effect, check_level, effect_frame
from mmc_analysis.effects.samples import PairedSummary, PrePostControl
from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options


@named_options
def sd_individual_response(
    treatment: PairedSummary | PrePostControl, control: PairedSummary | None = None, *, conf_level: float | None = 0.95
) -> pd.DataFrame:
    """Return the SD of individual responses, √(SD²_change,treatment - SD²_change,control), with its sign.

    Parameters
    ----------
    treatment, control : PairedSummary
        Pre (2) and post (1) of the two groups, ``k`` samples each; or one PrePostControl.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "sd_individual_response". The interval is estimate ± z · SE of the difference of variances,
        SE² = 2(SD⁴_T/df_T + SD⁴_C/df_C), brought back by a root that keeps the sign: a negative SD stands for
        a negative variance, that is, changes varied more in the control group (Hopkins 2015; Atkinson and Batterham
        2015). `std_error` is by the delta method, empty where the estimate is zero.

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
    [[8.76, -1.51, 12.48]]
    """
    level = check_level(conf_level)
    if control is None and not isinstance(treatment, PrePostControl):
        raise EffectError(
            "a control arm is needed: in one group alone the SD of the changes mixes individual responses with measurement "
            "error and day-to-day variation. Give the control's pre and post, or fit a model to a design in which every "
            "participant has the treatment more than once."
        )
    arms = treatment if control is None else PrePostControl(treatment, control)
    parts = [(arm.sd_change**2, arm.n - 1) for arm in (arms.treatment, arms.control)]
    variance = parts[0][0] - parts[1][0]
    error = np.sqrt(sum(2 * square**2 / df for square, df in parts))
    reach = np.full(variance.shape, np.nan) if level is None else special.ndtri((1 + level) / 2) * error
    estimate, low, high = (signed_root(v) for v in (variance, variance - reach, variance + reach))
    with np.errstate(divide="ignore"):
        std_error = np.where(estimate == 0, np.nan, error / (2 * np.abs(estimate)))
    df = np.full(variance.shape, np.inf)
    effect = Effect("sd_individual_response", estimate, std_error, df, low, high,
                    "signed root of the difference of variances of change; normal interval of that difference",
                    unit=arms.unit)  # fmt: skip
    return effect_frame(arms, effect, level)


def signed_root(variance) -> np.ndarray:
    """Return the root of a number with the number's sign.

    Examples
    --------
    >>> signed_root(np.array([4.0, -9.0]))
    array([ 2., -3.])
    """
    return np.sign(variance) * np.sqrt(np.abs(variance))
