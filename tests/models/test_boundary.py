"""With its zero components left out a singular model is the model without them."""

import numpy as np
import pytest
from lab import lifts, with_gaps

from mmc_analysis.models.mixed.boundary import face
from mmc_analysis.models.mixed.model import fit_mixed

BASE = "value ~ condition * load + (1 | participant) + (1 | participant:load)"


def policies(fit):
    table = fit.boundary_policies()
    return table[table.method.str.endswith("kept")], table[table.method.str.endswith("left out")]


def test_a_zero_component_left_out_is_the_smaller_model():
    frame = with_gaps(lifts(1, n=10, loads=3, sd=(8.0, 0.0, 4.0, 4.0)), 0.1)
    smaller = fit_mixed(BASE, frame, warn=False)
    fit = fit_mixed(BASE + " + (1 | participant:condition)", frame, warn=False)
    assert fit.singular and not smaller.singular
    kept, out = policies(fit)
    reference = smaller.coefficients()
    for name in ("estimate", "std_error", "df", "conf_low"):
        np.testing.assert_allclose(out[name], reference[name], rtol=1e-5)
    np.testing.assert_allclose(kept.df, fit.coefficients().df)
    assert (kept.df.to_numpy() < out.df.to_numpy() - 1).any()


def test_both_policies_are_one_inside_the_boundary():
    fit = fit_mixed(BASE, with_gaps(lifts(2, n=10, loads=3, sd=(8.0, 0.0, 4.0, 4.0)), 0.1), warn=False)
    kept, out = policies(fit)
    np.testing.assert_allclose(kept[["std_error", "df"]], out[["std_error", "df"]], rtol=1e-6)


def test_face_of_a_perfect_correlation_has_one_variance():
    half = np.array([[2.0, 0.0], [-1.0, 0.0]])
    onto = face([half])
    assert onto.shape == (4, 2)
    np.testing.assert_allclose(onto[:3, 0] * 5, [4.0, -2.0, 1.0])
    assert onto[3].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("rank", [0, 2])
def test_face_of_nothing_and_of_everything(rank):
    factor = np.diag([1.0, 2.0]) if rank else np.zeros((2, 2))
    onto = face([factor])
    assert onto.shape == (4, 1 + rank * (rank + 1) // 2)
    assert np.linalg.matrix_rank(onto) == onto.shape[1]
