"""Misspelt names and values name the nearest right one."""

import pytest

from mmc_analysis import MissingExtraError, MMCError, OptionError
from mmc_analysis.options import check_option, import_extra, named_options, nearest


@named_options
def load(source, *, reference=None, columns=None):
    """Return what was given."""
    return source, reference, columns


def test_right_names_go_through():
    assert load("a.csv", reference="mvc") == ("a.csv", "mvc", None)
    assert load(source="a.csv") == ("a.csv", None, None)


@pytest.mark.parametrize(("wrong", "right"), [("refrence", "reference"), ("column", "columns"), ("Columns", "columns")])
def test_a_misspelt_option_names_the_nearest(wrong, right):
    with pytest.raises(OptionError, match=f"no option '{wrong}'. Did you mean '{right}'"):
        load("a.csv", **{wrong: 1})


def test_an_option_error_is_also_a_type_error():
    with pytest.raises(TypeError):
        load("a.csv", nonsense=1)


def test_nothing_near_gives_no_hint():
    assert nearest("zzzz", ["reference"]) == ""


def test_values_are_checked_with_the_callers_error():
    assert check_option("ddf", "a", ["a"]) == "a"
    with pytest.raises(MMCError, match="ddf=3 is not allowed. Allowed: 'a', 'b'"):
        check_option("ddf", 3, ["a", "b"])


def test_a_missing_extra_names_the_command():
    with pytest.raises(MissingExtraError, match=r'pip install "mmc-analysis\[recordings\]"'):
        import_extra("surely_not_installed", "recordings")
