"""What a fit says of itself."""

from lab import lifts

from mmc_analysis.models.mixed.model import fit_mixed


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
