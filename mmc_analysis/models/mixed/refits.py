"""Many responses fitted with one design, and each as a whole fit when asked for."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.refit import (
    Design,
    ManySolutions,
    check_responses,
    design_of,
    single_solution,
    solve_many,
    unit_covariances,
)
from mmc_analysis.options import check_option

METHODS = ("auto", "closed form", "newton")


@dataclass(frozen=True)
class Refits:
    """Fits of one model to N responses.

    Attributes
    ----------
    original : MixedFit
        The model that gave the design.
    responses : ndarray (n, N)
    design : Design
    found : ManySolutions

    Examples
    --------
    >>> from mmc_analysis.models import fit_mixed
    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> fit = fit_mixed("value ~ condition + (1 | participant)", lifts)
    >>> refits = fit.refit(fit.simulate(200, seed=1))
    >>> len(refits), refits.beta.shape
    (200, (200, 2))
    """

    original: object = field(repr=False)
    responses: np.ndarray = field(repr=False)
    design: Design = field(repr=False)
    found: ManySolutions = field(repr=False)

    def __len__(self) -> int:
        return len(self.found.sigma)

    def __repr__(self) -> str:
        return (f"{len(self)} fits of {self.original.formula} by {self.method}: {self.singular.mean():.1%} singular, "
                f"{self.converged.mean():.1%} proven")  # fmt: skip

    @property
    def beta(self) -> np.ndarray:
        """Fixed effects, (N, p)."""
        return self.found.beta

    @property
    def sigma(self) -> np.ndarray:
        """Residual standard deviations, (N,)."""
        return self.found.sigma

    @property
    def deviance(self) -> np.ndarray:
        """-2 log L, (N,)."""
        return self.found.deviance

    @property
    def singular(self) -> np.ndarray:
        """Whether the optimum is at the boundary, (N,) bool."""
        return self.found.singular

    @property
    def converged(self) -> np.ndarray:
        """Whether the optimum is proven, (N,) bool."""
        return self.found.converged

    @property
    def method(self) -> str:
        """``"closed form"`` or ``"newton"``."""
        return self.found.method

    def covariances(self) -> list[np.ndarray]:
        """Return the covariance matrix of each random term's effects, (N, k, k) each, in the user's columns."""
        found = unit_covariances(self.found, self.design.blocks)
        return [
            np.linalg.inv(effects.basis) @ matrix @ np.linalg.inv(effects.basis).T
            for effects, matrix in zip(self.original.random, found, strict=True)
        ]

    def frame(self) -> pd.DataFrame:
        """Return one row per response: its coefficients by name, sigma, deviance, singular, converged."""
        table = pd.DataFrame(self.beta, columns=list(self.original.fixed.names))
        return table.assign(sigma=self.sigma, deviance=self.deviance, singular=self.singular, converged=self.converged)

    def fit(self, i: int):
        """Return the fit of response `i` as a whole, with tests, means and contrasts.

        Parameters
        ----------
        i : int

        Returns
        -------
        MixedFit
        """
        response = self.responses[:, i]
        solution = single_solution(self.design, response, self.found.theta[i])
        return replace(self.original, fixed=replace(self.original.fixed, y=response), solution=solution, advice=())


def refit_model(fit, responses: np.ndarray, method: str) -> Refits:
    """Fit the model of `fit` to the columns of `responses` (n, N)."""
    check_option("method", method, METHODS)
    values = check_responses(responses, fit.n_obs)
    design = design_of(fit.fixed.X, [effects.columns for effects in fit.random], fit.reml)
    return Refits(fit, values, design, solve_many(design, values, method))


def simulate_responses(
    mean: np.ndarray, random: tuple[RandomEffects, ...], solution, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Return responses drawn from a fitted model, (n, count): new participants, new residuals.

    Parameters
    ----------
    mean : ndarray (n,)
    random : tuple of RandomEffects
    solution : MixedSolution
    count : int
    rng : numpy.random.Generator
    """
    drawn = mean[:, None] + solution.sigma * rng.standard_normal((len(mean), count))
    for effects, factor in zip(random, solution.factors, strict=True):
        effect = solution.sigma * (factor @ rng.standard_normal((len(effects.labels), factor.shape[0], count)))
        drawn += np.einsum("nk,nkc->nc", effects.unit, effect[effects.level])
    return drawn
