"""The synthetic examples that come with the package, loaded as a lab's own files would be."""

import pandas as pd

from mmc_analysis import datasets
from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.calatayud import load_calatayud
from mmc_analysis.loaders.contreras import load_contreras
from mmc_analysis.loaders.imagery import load_imagery
from mmc_analysis.loaders.participants import load_participants
from mmc_analysis.options import check_option, named_options

_FILES = {"calatayud": "bench_press_emg.xlsx", "contreras": "focus_avoid.csv", "imagery": "strength.csv"}
_LOADERS = {"calatayud": load_calatayud, "contreras": load_contreras, "imagery": load_imagery}
_PEOPLE = {"calatayud": {"sheet": "participants"}, "contreras": {"others": "drop"}, "imagery": {"others": "drop"}}


@named_options
def load_example(name: str, *, table: str = "observations") -> pd.DataFrame:
    """Load an example. Its numbers are simulated, and its `evidence` says so: "synthetic".

    Parameters
    ----------
    name : {"calatayud", "contreras", "imagery"}
        Focus × load × muscle in the bench press (18 lifters); focus and avoid in 8 exercises (10 lifters); control,
        imagery and physical training × 4 times (30 people).
    table : {"observations", "participants"}

    Returns
    -------
    pandas.DataFrame
        Observations or participants.

    Raises
    ------
    LoaderError
        If there is no such example or table.

    Examples
    --------
    >>> load_example("calatayud")["condition"].cat.categories.tolist()
    ['regular', 'pectoralis', 'triceps']
    """
    check_option("name", name, _FILES, LoaderError)
    check_option("table", table, ("observations", "participants"), LoaderError)
    path = datasets.path(f"example_{name}", _FILES[name])
    if table == "participants":
        return load_participants(path, study=f"example_{name}", evidence="synthetic", **_PEOPLE[name])
    return _LOADERS[name](path, protocol=True)
