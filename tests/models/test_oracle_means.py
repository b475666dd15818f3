"""Marginal means, contrasts and trends against emmeans."""

import numpy as np
import pytest
from oracle_cases import CASES, DDF, assert_close, column, fit_of, in_order, numbers, reference, reproduced

DF_TOLERANCE, P_TOLERANCE = 1e-3, 1e-4
SMALLEST_P = {"tukey": 1e-8, "mvt": 2e-6}  # R's studentized range, and the quadrature of the multivariate t
MEASURES = ("emmean", "estimate", "SE", "df", "lower.CL", "upper.CL", "t.ratio", "p.value", "p_exact", "critical_exact")


def tables(kind):
    return [
        (case_id, method, place)
        for case_id in CASES
        for place, table in enumerate(reference(case_id).get(kind, []))
        for method in DDF
        if table.get(method)
    ]


def cells_of(table, names):
    """One key per row: the levels of the named columns as text; numbers are written plainly."""
    return list(zip(*[[_plain(value) for value in column(table, name)] for name in names], strict=True))


def _plain(value):
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return str(value)


def cells_of_frame(frame, names):
    return list(zip(*[[_plain(value) for value in frame[name]] for name in names], strict=True))


def as_argument(values):
    return values[0] if len(values) == 1 else list(values)


def options_of(spec):
    options = {"by": as_argument(spec["by"]) if spec["by"] else None}
    if "at" in spec:
        options["at"] = {name: np.atleast_1d(values).tolist() for name, values in spec["at"].items()}
    return options


@pytest.mark.parametrize(("case_id", "method", "place"), tables("means"))
def test_marginal_means(case_id, method, place, request):
    spec, theirs = CASES[case_id]["means"][place], reference(case_id)["means"][place][method]
    assert reproduced(case_id, f"df_{method}", within=1e-5)
    found = fit_of(case_id, request).marginal_means(
        as_argument(spec["specs"]), weights=spec.get("weights", "equal"), ddf=DDF[method], **options_of(spec)
    )
    at = [name for name, values in spec.get("at", {}).items() if len(np.atleast_1d(values)) > 1 and name in theirs]
    names = [*spec["specs"], *spec["by"], *at]
    ours = in_order(found, cells_of_frame(found, names), cells_of(theirs, names))
    compare_rows(ours, theirs, "emmean")
    assert_close(ours["p_value"], theirs["p.value"], relative=P_TOLERANCE, absolute=1e-14, what="p")


@pytest.mark.parametrize(("case_id", "method", "place"), tables("slopes"))
def test_slopes(case_id, method, place, request):
    spec, theirs = CASES[case_id]["slopes"][place], reference(case_id)["slopes"][place][method]
    found = fit_of(case_id, request).slopes(spec["covariate"], by=as_argument(spec["by"]), ddf=DDF[method])
    ours = in_order(found, cells_of_frame(found, spec["by"]), cells_of(theirs, spec["by"]))
    compare_rows(ours, theirs, f"{spec['covariate']}.trend")
    assert_close(ours["p_value"], theirs["p.value"], relative=P_TOLERANCE, absolute=1e-14, what="p")


def compare_rows(ours, theirs, estimate):
    assert_close(ours["estimate"], theirs[estimate], relative=1e-6, scale=theirs["SE"], what="estimate")
    assert_close(ours["std_error"], theirs["SE"], relative=1e-6, what="std_error")
    assert_close(ours["df"], theirs["df"], absolute=DF_TOLERANCE, what="df")
    for side, name in (("conf_low", "lower.CL"), ("conf_high", "upper.CL")):
        assert_close(ours[side], theirs[name], relative=1e-5, scale=theirs["SE"], what=side)


@pytest.mark.parametrize(("case_id", "method", "place"), tables("contrasts"))
def test_contrasts(case_id, method, place, request):
    spec, theirs = CASES[case_id]["contrasts"][place], reference(case_id)["contrasts"][place][method]
    assert reproduced(case_id, f"df_{method}", within=1e-5)
    adjust = spec.get("adjust", "none")
    found = fit_of(case_id, request).contrasts(
        as_argument(spec["specs"]), method=spec["method"], interaction=spec.get("interaction", False), adjust=adjust,
        ddf=DDF[method], **options_of(spec),
    )  # fmt: skip
    keys = [
        (parts_of(label), *cell)
        for label, cell in zip(found["contrast"], cells_of_frame(found, spec["by"]) or [()] * len(found), strict=True)
    ]
    ours = in_order(found, keys, reference_keys(spec, theirs))
    assert_close(ours["estimate"], theirs["estimate"], relative=1e-6, scale=theirs["SE"], what="estimate")
    assert_close(ours["std_error"], theirs["SE"], relative=1e-6, what="std_error")
    assert_close(ours["df"], theirs["df"], absolute=DF_TOLERANCE, what="df")
    p_value = theirs["p_exact"] if adjust == "mvt" else theirs["p.value"]
    floor = SMALLEST_P.get(adjust, 1e-14)
    assert_close(ours["p_value"], p_value, relative=P_TOLERANCE, absolute=floor, what="p")
    compare_intervals(ours, theirs, adjust)


def compare_intervals(ours, theirs, adjust):
    """Holm's and the false-discovery procedures have no simultaneous interval; emmeans prints Bonferroni's there."""
    half = (numbers(ours["conf_high"]) - numbers(ours["conf_low"])) / 2
    if adjust == "mvt":
        assert_close(half / numbers(ours["std_error"]), theirs["critical_exact"], relative=1e-4, what="critical value")
    elif adjust in ("none", "tukey", "bonferroni"):
        for side, name in (("conf_low", "lower.CL"), ("conf_high", "upper.CL")):
            assert_close(ours[side], theirs[name], relative=1e-5, scale=theirs["SE"], what=side)


def parts_of(label):
    """A contrast's label as the set of differences that it multiplies, in order."""
    return tuple(part.removeprefix("(").removesuffix(")") for part in str(label).split(" : "))


def reference_keys(spec, theirs):
    """Keys of emmeans' rows; it writes a numeric level with the factor's name before it."""
    names = [f"{factor}_pairwise" for factor in spec["specs"]] if spec.get("interaction") else ["contrast"]
    labels = [
        tuple(_bare(part, spec["specs"]) for part in row)
        for row in zip(*[column(theirs, n) for n in names], strict=True)
    ]
    cells = cells_of(theirs, spec["by"]) if spec["by"] else [()] * len(labels)
    return [(label, *cell) for label, cell in zip(labels, cells, strict=True)]


def _bare(label, factors):
    sides = str(label).split(" - ")
    for factor in factors:
        sides = [
            side.removeprefix(factor) if side[len(factor) :].replace(".", "").isdigit() else side for side in sides
        ]
    return " - ".join(side.removeprefix("(").removesuffix(")") for side in sides)
