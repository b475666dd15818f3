"""The surface of the package."""

import subprocess
import sys

import pytest

import mmc_analysis


def test_import_is_light_and_loads_no_pandas():
    code = (
        "import sys, time; start = time.process_time(); import mmc_analysis; took = time.process_time() - start;"
        "assert 'pandas' not in sys.modules and 'numpy' not in sys.modules; assert took < 0.05, took"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", [name for name in mmc_analysis.__all__ if name != "__version__"])
def test_every_public_name_is_there_and_documented(name):
    assert getattr(mmc_analysis, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'load_calatyud'"):
        mmc_analysis.load_calatyud  # noqa: B018


def test_errors_derive_from_one():
    for name in mmc_analysis.__all__:
        if name.endswith("Error"):
            assert issubclass(getattr(mmc_analysis, name), mmc_analysis.MMCError)
