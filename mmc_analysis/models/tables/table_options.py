"""The options that contrasts share with marginal means."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from mmc_analysis.errors import OptionError
from mmc_analysis.options import nearest

_OF_CONTRASTS = ("specs", "by", "method", "interaction", "reference", "adjust")


@dataclass(frozen=True)
class TableOptions:
    """Which cells to form and how to judge them.

    Attributes
    ----------
    at : mapping, optional
        Values of covariates and levels of factors.
    weights : {"equal", "proportional"}
    ddf : str
    information : str, optional
    conf_level : float
    response_scale : bool
    slope : str, optional
        Covariate whose slopes are compared in place of means.
    """

    at: Mapping | None = None
    weights: str = "equal"
    ddf: str = "kenward-roger"
    information: str | None = None
    conf_level: float = 0.95
    response_scale: bool = False
    slope: str | None = None


def contrast_options(**given) -> TableOptions:
    """Return the options, or raise and name the nearest right one.

    Raises
    ------
    OptionError
        If an option does not exist.

    Examples
    --------
    >>> contrast_options(adjsut="holm")
    Traceback (most recent call last):
    mmc_analysis.errors.OptionError: contrasts() has no option 'adjsut'. Did you mean 'adjust'? Options: method, \
interaction, reference, adjust, at, weights, ddf, information, conf_level, response_scale, slope.
    """
    known = [field.name for field in fields(TableOptions)]
    for name in given:
        if name not in known:
            every = [*_OF_CONTRASTS, *known]
            raise OptionError(f"contrasts() has no option '{name}'.{nearest(name, every)} "
                              f"Options: {', '.join(every[2:])}.")  # fmt: skip
    return TableOptions(**given)
