"""Populations, samples from them, and every interval of ``mmc_analysis.effects`` with the value it should contain.

A design draws many samples of one setting at once; a case is one interval on such samples. `band` is what the interval covers
over all settings, in percent: 94 to 96.5 unless the function's docstring says otherwise, with these numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from mmc_analysis import effects
from mmc_analysis.effects.from_contrasts import d_from_contrast

BAND = (94.0, 96.5)
RHOS = (0.3, 0.7, 0.9)


@dataclass(frozen=True)
class Setting:
    """One population and sample size.

    Attributes
    ----------
    n : int
        Participants, of each group where there are two.
    effect : float
        In units of the pre SD (of group 2), or as the design says.
    rho : float
        Correlation of two measurements of a participant; NaN where there is one measurement.
    variant : float
        What else varies, as the design says: the ratio of two SDs, a coefficient of variation, a number of levels.
    """

    n: int
    effect: float
    rho: float = np.nan
    variant: float = 1.0

    @property
    def sd_change(self) -> float:
        """SD of the changes, where 1 varies `variant` times as much as 2."""
        return float(np.sqrt(1 + self.variant**2 - 2 * self.rho * self.variant))


@dataclass(frozen=True)
class Case:
    """An interval, and what it should contain.

    Attributes
    ----------
    label : str
    function : callable
        The function whose docstring answers for the band.
    interval : callable
        Takes the drawn samples, returns a frame with `conf_low` and `conf_high`.
    truth : callable
        Takes the setting, returns the population's value.
    band : (float, float)
    where : callable
        Whether the interval is asked of a setting.
    """

    label: str
    function: Callable
    interval: Callable
    truth: Callable[[Setting], float]
    band: tuple[float, float] = BAND
    where: Callable[[Setting], bool] = lambda setting: True


@dataclass(frozen=True)
class Design:
    """Settings, how samples of them are drawn, and the intervals asked of them.

    Attributes
    ----------
    name, population, variant_name : str
        Its heading, what is drawn and what the intervals should contain, and what the variants are.
    settings : tuple of Setting
    draw : callable
        Takes a setting, a generator and a number of samples; returns the samples.
    cases : tuple of Case
    share : float
        Of the usual number of samples, for what is slow.
    """

    name: str
    population: str
    variant_name: str
    settings: tuple[Setting, ...]
    draw: Callable
    cases: tuple[Case, ...]
    share: float = 1.0


def case(function, truth, label="", band=BAND, where=lambda setting: True, **options) -> Case:
    """Return the case of a function of this package with some of its options."""
    said = ", ".join(str(value).replace("noncentral-t", "noncentral t") for value in options.values())
    name = label or function.__name__ + f" ({said})" * bool(said)
    return Case(name, function, lambda *drawn: function(*drawn, **options), truth, band, where)


def settings(sizes, effects_, rhos=(np.nan,), variants=(1.0,)) -> tuple[Setting, ...]:
    """Return every combination."""
    return tuple(Setting(n, e, r, v) for n in sizes for r in rhos for v in variants for e in effects_)


# samples


def pairs(setting: Setting, rng, samples: int) -> tuple[effects.PairedSummary]:
    """Draw normal pairs: pre with SD 1, post with `variant` times as much, changed by the effect."""
    z, rho = rng.normal(size=(2, samples, setting.n)), setting.rho
    post = setting.effect + setting.variant * (rho * z[0] + np.sqrt(1 - rho**2) * z[1])
    return (effects.paired(post, z[0]),)


def amplitudes(setting: Setting, rng, samples: int) -> tuple[effects.PairedSummary]:
    """Draw log-normal pairs; the variant is the coefficient of variation, the effect a log ratio."""
    z, rho, sd = rng.normal(size=(2, samples, setting.n)), setting.rho, log_sd(setting)
    post = setting.effect + sd * (rho * z[0] + np.sqrt(1 - rho**2) * z[1])
    return (effects.paired(np.exp(post), np.exp(sd * z[0])),)


def log_sd(setting: Setting) -> float:
    """SD of the logarithm of a log-normal variable with this coefficient of variation."""
    return float(np.sqrt(np.log1p(setting.variant**2)))


def two_groups(setting: Setting, rng, samples: int) -> tuple[effects.IndependentSummary]:
    """Draw normal groups: group 2 with SD 1, group 1 with `variant` times as much."""
    x, y = rng.normal(size=(2, samples, setting.n))
    return (effects.independent(setting.effect + setting.variant * x, y),)


def unequal_groups(setting: Setting, rng, samples: int) -> tuple[effects.IndependentSummary]:
    """The same with three times as many in group 2."""
    x, y = rng.normal(size=(samples, setting.n)), rng.normal(size=(samples, 3 * setting.n))
    return (effects.independent(setting.effect + setting.variant * x, y),)


def amplitude_groups(setting: Setting, rng, samples: int) -> tuple[effects.IndependentSummary]:
    """Draw log-normal groups."""
    x, y = log_sd(setting) * rng.normal(size=(2, samples, setting.n))
    return (effects.independent(np.exp(setting.effect + x), np.exp(y)),)


def arms(setting: Setting, rng, samples: int) -> tuple[effects.PairedSummary, effects.PairedSummary]:
    """Draw two arms of normal pairs with SD 1; in the first, responses differ with an SD of `variant`."""
    plain = replace(setting, variant=1.0)
    (control,) = pairs(replace(plain, effect=0.0), rng, samples)
    (treated,) = pairs(plain, rng, samples)
    responses = setting.variant * rng.normal(size=treated.values_1.shape)
    return effects.paired(treated.values_1 + responses, treated.values_2), control


@dataclass(frozen=True)
class Within:
    """Sums of squares of designs in which every participant meets every level, (samples,) each."""

    n: int
    levels: int
    effect: np.ndarray
    people: np.ndarray
    error: np.ndarray
    first_last: np.ndarray

    @property
    def df(self) -> tuple[int, int]:
        """Of the effect and of its error."""
        return self.levels - 1, (self.levels - 1) * (self.n - 1)


def within(setting: Setting, rng, samples: int) -> tuple[Within]:
    """Draw one factor with `variant` levels; the effect is its share's odds, Cohen's f², of the variance 1 of a value."""
    a, n, rho = int(setting.variant), setting.n, setting.rho
    y = np.sqrt(rho) * rng.normal(size=(samples, n, 1)) + np.sqrt(1 - rho) * rng.normal(size=(samples, n, a))
    y = y + level_means(setting)
    people, levels, grand = y.mean(2, keepdims=True), y.mean(1, keepdims=True), y.mean((1, 2), keepdims=True)
    sums = [n * (levels - grand) ** 2, a * (people - grand) ** 2, (y - people - levels + grand) ** 2]
    first_last = levels[:, 0, -1] - levels[:, 0, 0]
    return (Within(n, a, *(part.sum(axis=(1, 2)) for part in sums), first_last),)


@dataclass(frozen=True)
class TwoWithin:
    """Sums of squares of two crossed factors within participants, of 3 levels each: the first factor's, (samples,) each."""

    n: int
    effect: np.ndarray
    error: np.ndarray
    all_errors: np.ndarray


def two_within(setting: Setting, rng, samples: int) -> tuple[TwoWithin]:
    """Draw 3 × 3 cells; of the variance 1 of a value ρ is between people, the rest 3:2:5 their responses to each and residual."""
    n, rho = setting.n, setting.rho
    parts = [(rho, (1, 1)), (0.3 * (1 - rho), (3, 1)), (0.2 * (1 - rho), (1, 3)), (0.5 * (1 - rho), (3, 3))]
    y = sum(np.sqrt(variance) * rng.normal(size=(samples, n, *shape)) for variance, shape in parts)
    y = y + level_means(replace(setting, variant=3.0))[:, None]
    cells = y.mean(1, keepdims=True)
    levels = cells.mean(3, keepdims=True)
    effect = 3 * n * ((levels - levels.mean(2, keepdims=True)) ** 2).sum(axis=(1, 2, 3))
    left = y - cells
    by_first = left.mean(3, keepdims=True) - left.mean((2, 3), keepdims=True)
    return (TwoWithin(n, effect, 3 * (by_first**2).sum(axis=(1, 2, 3)), (left**2).sum(axis=(1, 2, 3))),)


def generalised_two_within(drawn: TwoWithin) -> pd.DataFrame:
    """Generalised η² of the first factor."""
    return effects.generalised_eta_squared(
        drawn.effect, drawn.error, drawn.all_errors, 2, 2 * (drawn.n - 1), drawn.n, conf_level=0.95
    )


def level_means(setting: Setting) -> np.ndarray:
    """Evenly spaced means of the levels with mean square f²."""
    line = np.linspace(-1, 1, int(setting.variant))
    return line * np.sqrt(setting.effect / np.mean(line**2))


def between(setting: Setting, rng, samples: int) -> tuple[np.ndarray, int, int]:
    """Draw the F of `variant` groups; the effect is Cohen's f²."""
    a, n = int(setting.variant), setting.n
    f = stats.ncf.rvs(a - 1, a * (n - 1), a * n * setting.effect, size=samples, random_state=rng)
    return f, a - 1, a * (n - 1)


# intervals that are made from more than a summary


def generalised_between(f: np.ndarray, df_1: int, df_2: int) -> pd.DataFrame:
    """Generalised η² of groups, whose one error term is all there is."""
    a = df_1 + 1
    return effects.generalised_eta_squared(
        f * df_1, float(df_2), float(df_2), df_1, df_2, df_2 + a, groups=a, conf_level=0.95
    )


def partial_within(drawn: Within) -> pd.DataFrame:
    """Partial η² from the F of the within design."""
    a, b = drawn.df
    return effects.partial_eta_squared(drawn.effect / a / (drawn.error / b), a, b, conf_level=0.95)


def generalised_within(drawn: Within) -> pd.DataFrame:
    """Generalised η² of the within design."""
    return effects.generalised_eta_squared(
        drawn.effect, drawn.error, drawn.people + drawn.error, *drawn.df, drawn.n, conf_level=0.95
    )


def omega_within(drawn: Within) -> pd.DataFrame:
    """ω² of the within design."""
    return effects.omega_squared_within(drawn.effect, drawn.error, drawn.people, *drawn.df, drawn.n, conf_level=0.95)


def model_rows(drawn: Within) -> tuple[pd.DataFrame, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """What a random-intercept model says of last minus first: the contrast, and its SDs with their df, (samples,) each.

    In balanced data its REML estimates are those of the analysis of variance, pooled where people do not differ.
    """
    n, a = drawn.n, drawn.levels
    df_people, df = n - 1, drawn.df[1]
    apart = drawn.people / df_people > drawn.error / df
    pooled = (drawn.people + drawn.error) / (df_people + df)
    error = np.where(apart, drawn.error / df, pooled)
    people = np.where(apart, drawn.people / df_people, pooled)
    total = (people + (a - 1) * error) / a
    total_df = a**2 * total**2 / (people**2 / df_people + (a - 1) ** 2 * error**2 / df)
    frame = pd.DataFrame({"estimate": drawn.first_last, "std_error": np.sqrt(2 * error / n), "df": float(df)})
    return (
        frame,
        {"total": np.sqrt(total), "residual": np.sqrt(error)},
        {"total": total_df, "residual": np.full_like(total, df)},
    )


def from_model(kind: str, known: bool) -> Callable[[Within], pd.DataFrame]:
    """The interval of d_from_contrast, with or without the degrees of freedom of its standardiser."""

    def interval(drawn: Within) -> pd.DataFrame:
        frame, sds, dfs = model_rows(drawn)
        return d_from_contrast(frame, sds[kind], standardiser=kind, sd_df=dfs[kind] if known else None)

    return interval


def from_outside(df: float, known: bool) -> Callable[[Within, np.ndarray], pd.DataFrame]:
    """The same with an SD from other people, with `df` degrees of freedom, or with the population's."""

    def interval(drawn: Within, outside: np.ndarray) -> pd.DataFrame:
        frame = model_rows(drawn)[0]
        sd, sd_df = (outside, df) if known else (1.0, None)
        return d_from_contrast(frame, sd, standardiser="external", sd_df=sd_df)

    return interval


def boot(metric, quantiles: str = "expanded") -> Callable[..., pd.DataFrame]:
    """A bootstrap interval of a metric, 1000 resamples."""
    return lambda drawn: effects.bootstrap_interval(metric, drawn, seed=1, n_resamples=1000, quantiles=quantiles)
