"""Responses that the formula takes the logarithm of, and the way back to ratios and geometric means."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.formulas.expressions import Apply
from mmc_analysis.models.formulas.formula import parse_response

_LOG_OF_BASE = {"log": 1.0, "log2": float(np.log(2.0)), "log10": float(np.log(10.0))}
_BACK = ("estimate", "conf_low", "conf_high")


@dataclass(frozen=True)
class ResponseScale:
    """How a formula's response relates to what was measured.

    Attributes
    ----------
    response : str
        The left-hand side.
    plain : bool
        Whether it is a column as it stands.
    log_of_base : float or None
        Natural logarithm of the base if the response is a logarithm.
    name : str
        ``log``, ``log2`` or ``log10``, or empty.
    """

    response: str
    plain: bool
    log_of_base: float | None
    name: str

    @property
    def mean_metric(self) -> str:
        """What a marginal mean is."""
        return f"mean_{self.name}" if self.name else "mean"

    @property
    def difference_metric(self) -> str:
        """What a contrast is."""
        return f"{self.name}_ratio" if self.name else "raw"

    def means_on_response(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Turn means of a logarithm into geometric means; test statistics stay those of the logarithm."""
        return self._back(frame).assign(metric="geometric_mean")

    def contrasts_on_response(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Turn differences of logarithms into ratios; a ratio of 1 means no difference."""
        return self._back(frame).assign(metric="ratio")

    def predictions_on_response(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Turn predictions of a logarithm into medians of what was measured, and the ends of their intervals too."""
        return self._back(frame)

    def _back(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.log_of_base is None:
            raise ModelError(f"response_scale=True needs a response that is a logarithm; this one is '{self.response}'. "
                             "Write log(…) on the left of '~', or leave response_scale out.")  # fmt: skip
        shown = [name for name in _BACK if name in frame.columns]
        back = {name: np.exp(self.log_of_base * frame[name].to_numpy(dtype=float)) for name in shown}
        method = frame["method"] + f"; back from {self.name}"
        if "std_error" in frame.columns:
            back["std_error"] = frame["std_error"].to_numpy(dtype=float) * self.log_of_base * back["estimate"]
            method += ", SE by the delta method"
        return frame.assign(method=method, **back)


def response_scale_of(fixed: FixedDesign) -> ResponseScale:
    """Return how the response of a design relates to what was measured.

    Examples
    --------
    >>> from mmc_analysis.models.designs.fixed import fixed_design
    >>> lifts = pd.DataFrame({"value": [61.0, 66.0, 58.0], "group": list("aab")})
    >>> response_scale_of(fixed_design("log(value) ~ group", lifts)).difference_metric
    'log_ratio'
    """
    node = parse_response(fixed.formula.response)
    name = node.function if isinstance(node, Apply) and node.function in _LOG_OF_BASE else ""
    return ResponseScale(str(node), not isinstance(node, Apply) and hasattr(node, "name"), _LOG_OF_BASE.get(name), name)


def measured_in(frame: pd.DataFrame, fixed: FixedDesign, scale: ResponseScale, on_response: bool) -> pd.DataFrame:
    """Add the columns measure and unit where the data have one of each and the numbers are in that unit."""
    unitless = frame["metric"].eq("ratio").all()
    if not scale.plain and not on_response:
        return frame
    at = int(frame.columns.get_loc("estimate"))
    for name in ("measure", "unit"):
        if name in fixed.data.columns and name not in frame.columns and not (name == "unit" and unitless):
            found = fixed.data[name].dropna().unique()
            if len(found) == 1:
                frame.insert(at, name, str(found[0]))
                at += 1
    return frame
