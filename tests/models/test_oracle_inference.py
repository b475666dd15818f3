"""Coefficient tables and Type I, II and III tables against lmerTest and pbkrtest.

The witness is used at the tolerance that its own repetition from other starting values supports; the grid test
counts that none falls short.
"""

import numpy as np
import pytest
from oracle_cases import (
    CASES,
    DDF,
    assert_close,
    column,
    fit_of,
    in_order,
    is_witness,
    numbers,
    plain_names,
    reference,
    reproduced,
)

COEFFICIENTS = [
    (case_id, method)
    for case_id in CASES
    for method in DDF
    if reference(case_id)["coefficients"].get(method) and is_witness(case_id, method)
]
ANOVAS = [
    (case_id, table)
    for case_id in CASES
    for table, rows in reference(case_id)["anova"].items()
    if rows and is_witness(case_id, table.rsplit("_", 1)[0])
]
DF_TOLERANCE, P_TOLERANCE = 1e-3, 1e-4
SMALLEST_P = 1e-14  # R takes P as a difference below this


@pytest.mark.parametrize(("case_id", "method"), COEFFICIENTS)
def test_coefficients(case_id, method, request):
    assert reproduced(case_id, f"df_{method}", within=1e-5)
    theirs = reference(case_id)["coefficients"][method]
    table = fit_of(case_id, request).coefficients(ddf=DDF[method], conf_level=0.95)
    ours = in_order(table, plain_names(table["term"]), plain_names(column(theirs, "name")))
    assert_close(ours["estimate"], theirs["estimate"], relative=1e-6, scale=theirs["std_error"], what="estimate")
    assert_close(ours["std_error"], theirs["std_error"], relative=1e-6, what="std_error")
    assert_close(ours["df"], theirs["df"], absolute=DF_TOLERANCE, what="df")
    assert_close(ours["statistic"], theirs["statistic"], relative=1e-6, scale=np.ones(len(ours)), what="t")
    assert_close(ours["p_value"], theirs["p_value"], relative=P_TOLERANCE, absolute=SMALLEST_P, what="p")
    for side in ("conf_low", "conf_high"):
        assert_close(ours[side], theirs[side], relative=1e-5, scale=theirs["std_error"], what=side)


@pytest.mark.parametrize(("case_id", "table"), ANOVAS)
def test_anova(case_id, table, request):
    method, kind = table.rsplit("_", 1)
    assert reproduced(case_id, f"f_{method}", within=P_TOLERANCE)
    theirs = reference(case_id)["anova"][table]
    found = fit_of(case_id, request).anova(ddf=DDF[method], type=int(kind))
    ours = in_order(found, plain_names(found["term"]), plain_names(column(theirs, "term")))
    assert_close(ours["num_df"], theirs["num_df"], what="num_df")
    assert_close(ours["den_df"], theirs["den_df"], absolute=DF_TOLERANCE, what="den_df")
    assert_close(
        ours["statistic"], theirs["statistic"], relative=2e-6, scale=np.sqrt(numbers(theirs["statistic"])), what="F"
    )
    assert_close(ours["p_value"], theirs["p_value"], relative=P_TOLERANCE, absolute=SMALLEST_P, what="p")


@pytest.mark.parametrize("case_id", [case_id for case_id in CASES if reference(case_id)["vcov_kenward_roger"]])
def test_kenward_roger_covariance(case_id, request):
    """All of the adjusted covariance matrix, through the variance of a sum of coefficients."""
    assert reproduced(case_id, "std_error_kenward_roger", within=1e-6)
    found = reference(case_id)
    theirs = np.atleast_2d(np.array(found["vcov_kenward_roger"], dtype=float))
    fit = fit_of(case_id, request)
    table = fit.coefficients(ddf="kenward-roger")
    order = [plain_names(table["term"]).index(name) for name in plain_names(column(found, "names"))]
    rows = np.zeros((len(order), len(table)))
    rows[:, order] = np.eye(len(order))
    ours = fit.linear_estimates(rows, "kenward-roger", "expected").covariance
    size = np.sqrt(np.diag(theirs))
    assert_close((ours / np.outer(size, size)).ravel(), (theirs / np.outer(size, size)).ravel(), absolute=2e-6)
