"""What a fit says of itself."""

import numpy as np
import pandas as pd
from lab import lifts

from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.tables.written import written


def test_text_names_the_model_its_rows_and_its_tables():
    frame = lifts(3, n=8, loads=1)
    frame.loc[2, "value"] = None
    fit = fit_mixed("value ~ condition + (1 | participant)", frame)
    text = repr(fit)
    for part in ("REML", "synthetic data", "value ~ condition + (1 | participant)", "23 rows (1 rows with missing",
                 "8 participants", "condition[T.triceps]", "Residual", "Kenward-Roger"):  # fmt: skip
        assert part in text
    assert "Note:" not in text


def test_html_escapes_and_carries_notes():
    fit = fit_mixed("value ~ condition * load + (1 | participant)", lifts(3, n=8, loads=2), warn=False, reml=False)
    html = fit._repr_html_()
    assert "maximum likelihood" in html and "(Satterthwaite)" in html and html.count("<table") == 2
    assert "<em>Note:</em>" in html and "too liberal" in html


def test_numbers_have_three_digits_of_their_standard_error_and_no_p_value_is_zero():
    fit = fit_mixed("value ~ condition + (1 | participant)", lifts(3, n=8, loads=2), warn=False)
    line = next(line for line in repr(fit).splitlines() if line.split()[:1] == ["Intercept"])
    row = fit.coefficients().iloc[0]
    assert row["p_value"] < 1e-5
    assert line.split() == ["Intercept", f"{row['estimate']:.2f}", f"{row['std_error']:.2f}", f"{row['df']:.1f}",
                            f"{row['statistic']:.2f}", "<", ".001", f"{row['conf_low']:.2f}", f"{row['conf_high']:.2f}"]  # fmt: skip
    assert "&lt; .001" in fit._repr_html_()


def test_rows_of_any_size_are_written():
    table = pd.DataFrame({"term": list("abcd"), "estimate": [12345.678, -0.00123456, 5.0, np.nan],
                          "std_error": [234.5, 0.000456, np.nan, np.nan], "df": [np.inf, 3.0, np.nan, np.nan],
                          "p_value": [0.0496, 1.0, 0.2, np.nan]})  # fmt: skip
    shown = written(table)
    assert shown["estimate"].tolist() == ["12346", "−0.001235", "5.00", ""]
    assert shown["std_error"].tolist() == ["234", "0.000456", "", ""]
    assert shown["df"].tolist() == ["∞", "3.0", "", ""]
    assert shown["p_value"].tolist() == [".0496", "> .999", ".200", ""]
