"""Ordinary least squares as the plainest fit that the tables can stand on."""

import numpy as np
import pandas as pd
from scipy import stats

from mmc_analysis.models.designs.fixed import fixed_design
from mmc_analysis.models.tables.inference import JointTest, LinearEstimates, LinearInference
from mmc_analysis.schema import combined_evidence


class Ordinary(LinearInference):
    """y = X b + e with residual degrees of freedom, whatever `ddf` says."""

    def __init__(self, formula: str, data: pd.DataFrame, participant: str | None = None, **options) -> None:
        self.fixed = fixed_design(formula, data, **options)
        X, y = self.fixed.X, self.fixed.y
        self.beta = np.linalg.lstsq(X, y, rcond=None)[0]
        self.df_resid = float(len(y) - X.shape[1])
        self.vcov = np.linalg.inv(X.T @ X) * np.sum((y - X @ self.beta) ** 2) / self.df_resid
        self.evidence = combined_evidence(self.fixed.data)
        self.n_participants = len(y)
        if participant is not None:
            self.participant_codes, who = pd.factorize(self.fixed.data[participant])
            self.n_participants = len(who)

    def linear_estimates(self, L, ddf, information):
        df = np.full(len(L), np.inf if ddf == "asymptotic" else self.df_resid)
        return LinearEstimates(L @ self.beta, L @ self.vcov @ L.T, df)

    def joint_test(self, L, ddf, information):
        value = L @ self.beta
        F = float(value @ np.linalg.solve(L @ self.vcov @ L.T, value)) / len(L)
        return JointTest(F, float(len(L)), self.df_resid, float(stats.f.sf(F, len(L), self.df_resid)))
