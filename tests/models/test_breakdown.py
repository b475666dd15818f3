"""What the tables say where Kenward and Roger's approximation breaks down."""

import numpy as np
import pytest
from lab import lifts, with_gaps

from mmc_analysis.errors import MMCWarning
from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.tables.primitives import Inference, LinearEstimates, estimates_frame


def test_where_kenward_and_rogers_approximation_breaks_down_a_warning_names_the_term():
    """pbkrtest gives a negative F in such a design as well; the other terms and the intervals hold."""
    frame = with_gaps(lifts(48, n=5, loads=3), 0.45, seed=48)
    fit = fit_mixed("value ~ condition * load + (1 + condition | participant)", frame, warn=False)
    with pytest.warns(MMCWarning, match="the F test of condition is not to be trusted.*simpler random part") as caught:
        table = fit.anova().set_index("term")
    assert caught[0].filename == __file__ and len(caught) == 1
    assert table.den_df["condition"] < 0 and np.isnan(table.p_value["condition"])
    assert table.p_value[["load", "condition:load"]].between(0, 1).all()
    assert (fit.anova(ddf="satterthwaite").statistic > 0).all()


def test_a_negative_adjusted_variance_is_no_standard_error():
    frame = lifts(1, n=6, loads=2)
    fit = fit_mixed("value ~ condition + (1 | participant)", frame, warn=False)
    found = LinearEstimates(np.ones(2), np.diag([4.0, -1.0]), np.full(2, 5.0))
    with pytest.warns(MMCWarning, match="the standard error of 1 of 2 rows is not a number"):
        table = estimates_frame({"term": ["a", "b"]}, found, fit, Inference("kenward-roger", "observed"))
    assert table.std_error[0] == 2 and table.loc[1, ["std_error", "p_value", "conf_low"]].isna().all()
