"""What every fitted model of observations offers beside its tables: counts, predictions, influence."""

import numpy as np
import pandas as pd

from mmc_analysis.models.designs.variables import check_columns
from mmc_analysis.models.tables.inference import LinearInference
from mmc_analysis.models.tables.influence import Part, influence_frame
from mmc_analysis.models.tables.predictions import Predictions, prediction_table
from mmc_analysis.models.tables.primitives import KENWARD_ROGER, Inference
from mmc_analysis.options import check_option, named_options


class FittedModel(LinearInference):
    """A model fitted to observations by REML or maximum likelihood.

    A fit that inherits from this class computes :meth:`predicted`, :meth:`whole_part` and :meth:`part_without`.

    Attributes
    ----------
    reml : bool

    Examples
    --------
    >>> from mmc_analysis.models import fit_mixed
    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> fit = fit_mixed("value ~ condition + (1 | participant)", lifts)
    >>> new = fit.predict(pd.DataFrame({"condition": ["focus"]}), interval="prediction")
    >>> new[["estimate", "df", "conf_low", "conf_high"]].round(2)
       estimate    df  conf_low  conf_high
    0      66.5  5.34     43.98      89.02
    >>> found = fit.influence()
    >>> found.level[found.estimate.where(found.metric == "cooks_distance").idxmax()]
    'a'
    """

    reml: bool

    def predicted(self, new: pd.DataFrame, known: bool, observation: bool, how: Inference) -> Predictions:
        """Predict the m rows of `new` for participants of the fit or for the average one; expectation or new value."""
        raise NotImplementedError

    def whole_part(self) -> Part:
        """Return what influence compares, of the fit itself."""
        raise NotImplementedError

    def part_without(self, kept: np.ndarray) -> Part | None:
        """Return the same of the fit on some rows, (n,) bool; None where it cannot be made."""
        raise NotImplementedError

    def participants(self) -> pd.Series:
        """Return who gave each row, named as the column."""
        return self.fixed.data["participant"]

    @property
    def n_obs(self) -> int:
        """Number of observations used."""
        return len(self.fixed.y)

    @property
    def n_dropped(self) -> int:
        """Number of rows left out because a value is missing."""
        return self.fixed.n_dropped

    @named_options
    def predict(
        self,
        new: pd.DataFrame | None = None,
        *,
        participants: str = "average",
        interval: str | None = None,
        ddf: str = "kenward-roger",
        information: str | None = None,
        conf_level: float = 0.95,
        response_scale: bool = False,
    ) -> pd.DataFrame:
        """Predict the response.

        Parameters
        ----------
        new : pandas.DataFrame, optional
            Rows with the columns of the formula; the rows of the fit unless given. A marginal model needs the occasion
            (and covariance group) for ``interval="prediction"`` and for known participants.
        participants : {"average", "known"}
            For the average of the population; or for the participants named in `new`, given what was measured of them. In
            a mixed model, a known participant's cell that was missing is predicted with that cell's effect at zero; a
            marginal model fills in a missing occasion from the others.
        interval : {None, "confidence", "prediction"}
            Of the expectation; or of one new observation, of a new participant for ``participants="average"``.
        ddf, information, conf_level
            As in :meth:`coefficients`; a fit by maximum likelihood takes Satterthwaite's method in place of Kenward-Roger.
        response_scale : bool
            For a response such as ``log(value)``: return medians in the unit of ``value`` in place of logarithms.

        Returns
        -------
        pandas.DataFrame
            On the index of `new`: the formula's columns, estimate, and with an interval std_error (of the prediction
            error), df, conf_level, conf_low, conf_high; n, method, evidence.

        Raises
        ------
        ModelError
            If a column is absent, a level, occasion or participant was not in the fit, or the response is no logarithm
            and `response_scale` is asked for.
        """
        check_option("participants", participants, ("average", "known"))
        check_option("interval", interval, (None, "confidence", "prediction"))
        how = self._how(ddf if self.reml or ddf not in KENWARD_ROGER else "satterthwaite", information, conf_level)
        new = self.fixed.data if new is None else new
        found = self.predicted(new, participants == "known", interval == "prediction", how)
        return prediction_table(self, new, found, how, participants, interval, response_scale)

    @named_options
    def influence(self, by: str | None = None) -> pd.DataFrame:
        """Fit again without each participant, or without each level of another column.

        Parameters
        ----------
        by : str, optional
            A column of the data; that of the participants, unless said.

        Returns
        -------
        pandas.DataFrame
            An estimates frame: grouping, level, term, metric, estimate; the metrics are ``estimate_without``,
            ``dfbetas``, ``cooks_distance`` and ``sigma_without`` (of a marginal model the root of the mean variance of the
            rows). Not a number where the model cannot be fitted without the level.

        Raises
        ------
        ModelError
            If there is no such column, or it has fewer than three levels.
        """
        if by is not None:
            check_columns(self.fixed.data, [by])
        levels = self.participants() if by is None else self.fixed.data[by]
        return influence_frame(self.whole_part(), self.part_without, self.fixed.names, levels, self.evidence)
