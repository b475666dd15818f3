"""Covariance structures of the occasions of one participant: UN, CS, CSH, AR1, ARH1, TOEP.

Each is a matrix Σ(θ) of k occasions with its first and second derivatives. The parameters are those of SAS PROC MIXED:
variances and covariances where Σ is linear in them, variances and one correlation where it is not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

VARIANCE, COVARIANCE, CORRELATION = "variance", "covariance", "correlation"
SHRINKAGE = (0.98, 0.8, 0.5, 0.0)
CORRELATION_GRID = (0.5, 0.2, 0.8, 0.0, -0.2, 0.95, -0.5)


@dataclass(frozen=True)
class Parameter:
    """One covariance parameter: its name for a reader, and which of the three kinds it is."""

    name: str
    kind: str


@dataclass(frozen=True)
class Linear:
    """A structure Σ(θ) = Σ_i θ_i B_i.

    Attributes
    ----------
    name, title : str
    ordered : bool
        Whether the order of the occasions matters.
    basis : callable
        From the number of occasions k to the (m, k, k) matrices B.
    labels : callable
        From the names of the occasions to the m parameters.
    """

    name: str
    title: str
    ordered: bool
    basis: Callable[[int], np.ndarray]
    labels: Callable[[list[str]], list[Parameter]]

    def matrix(self, theta: np.ndarray, k: int) -> np.ndarray:
        """Return Σ, (k, k)."""
        return np.tensordot(theta, self.basis(k), 1)

    def first(self, theta: np.ndarray, k: int) -> np.ndarray:
        """Return ∂Σ/∂θ, (m, k, k)."""
        return self.basis(k)

    def second(self, theta: np.ndarray, k: int) -> None:
        """Return None: the second derivatives are zero."""

    def starts(self, moments: np.ndarray) -> list[np.ndarray]:
        """Return parameter values to start from, (m,) each, best first, given a moment estimate of Σ."""
        basis = self.basis(len(moments)).reshape(-1, moments.size)
        diagonal = np.diag(np.diag(moments))
        shrunk = [s * moments + (1 - s) * diagonal for s in SHRINKAGE]
        return [np.linalg.solve(basis @ basis.T, basis @ target.ravel()) for target in shrunk]


@dataclass(frozen=True)
class Correlated:
    """A structure Σ_ij = √(v_i v_j) R_ij(ρ), with one variance or one for each occasion.

    Attributes
    ----------
    name, title : str
    ordered : bool
        Whether the order of the occasions matters.
    heterogeneous : bool
        Whether each occasion has its own variance.
    correlation : callable
        From ρ and the lags |i - j|, (k, k), to R and its two derivatives, each (k, k).
    """

    name: str
    title: str
    ordered: bool
    heterogeneous: bool
    correlation: Callable[[float, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]

    def labels(self, occasions: list[str]) -> list[Parameter]:
        """Return the m parameters for these occasions."""
        names = [f"var({name})" for name in occasions] if self.heterogeneous else ["variance"]
        return [*(Parameter(name, VARIANCE) for name in names), Parameter("rho", CORRELATION)]

    def matrix(self, theta: np.ndarray, k: int) -> np.ndarray:
        """Return Σ, (k, k); NaN where a variance is not positive."""
        scale, (corr, _, _) = self._parts(theta, k)
        return scale * corr

    def first(self, theta: np.ndarray, k: int) -> np.ndarray:
        """Return ∂Σ/∂θ, (m, k, k)."""
        scale, (corr, slope, _) = self._parts(theta, k)
        return np.concatenate([self._log_slopes(theta, k) * (scale * corr), (scale * slope)[None]])

    def second(self, theta: np.ndarray, k: int) -> np.ndarray:
        """Return ∂²Σ/∂θ∂θ', (m, m, k, k)."""
        scale, (corr, slope, bend) = self._parts(theta, k)
        logs, m = self._log_slopes(theta, k), len(theta)
        second = np.empty((m, m, k, k))
        product = logs[:, None] * logs[None, :]
        product[np.arange(m - 1), np.arange(m - 1)] -= logs / theta[:-1, None, None]
        second[:-1, :-1] = product * (scale * corr)
        second[:-1, -1] = second[-1, :-1] = logs * (scale * slope)
        second[-1, -1] = scale * bend
        return second

    def starts(self, moments: np.ndarray) -> list[np.ndarray]:
        """Return parameter values to start from, (m,) each, given a moment estimate of Σ."""
        variances = np.diag(moments) if self.heterogeneous else [np.diag(moments).mean()]
        return [np.array([*variances, rho]) for rho in CORRELATION_GRID]

    def _parts(self, theta: np.ndarray, k: int) -> tuple[np.ndarray, tuple]:
        variances = theta[:-1] if self.heterogeneous else np.full(k, theta[0])
        sd = np.sqrt(np.where(variances > 0, variances, np.nan))
        return np.outer(sd, sd), self.correlation(theta[-1], _lags(k))

    def _log_slopes(self, theta: np.ndarray, k: int) -> np.ndarray:
        if not self.heterogeneous:
            return np.full((1, k, k), 1 / theta[0])
        own = np.eye(k)
        return (own[:, :, None] + own[:, None, :]) / (2 * theta[:-1, None, None])


def structure(name: str) -> Linear | Correlated:
    """Return a covariance structure by its name.

    Raises
    ------
    KeyError
        If there is no such structure.

    Examples
    --------
    >>> import numpy as np
    >>> structure("AR1").matrix(np.array([2.0, 0.5]), 3)
    array([[2. , 1. , 0.5],
           [1. , 2. , 1. ],
           [0.5, 1. , 2. ]])
    """
    return STRUCTURES[name]


def _lags(k: int) -> np.ndarray:
    return np.abs(np.subtract.outer(np.arange(k), np.arange(k)))


def _compound(rho: float, lags: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    apart = (lags > 0).astype(float)
    return 1 - apart + rho * apart, apart, np.zeros(lags.shape)


def _autoregressive(rho: float, lags: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    powers = float(rho) ** np.arange(len(lags))
    return (
        powers[lags],
        np.where(lags > 0, lags * powers[np.maximum(lags - 1, 0)], 0.0),
        np.where(lags > 1, lags * (lags - 1) * powers[np.maximum(lags - 2, 0)], 0.0),
    )


def _pairs(k: int) -> list[tuple[int, int]]:
    return [(row, column) for row in range(k) for column in range(row + 1)]


def _unstructured_basis(k: int) -> np.ndarray:
    pairs = _pairs(k)
    basis = np.zeros((len(pairs), k, k))
    for number, (row, column) in enumerate(pairs):
        basis[number, row, column] = basis[number, column, row] = 1.0
    return basis


def _unstructured_labels(occasions: list[str]) -> list[Parameter]:
    return [
        Parameter(f"var({occasions[i]})", VARIANCE)
        if i == j
        else Parameter(f"cov({occasions[j]}, {occasions[i]})", COVARIANCE)
        for i, j in _pairs(len(occasions))
    ]


def _compound_basis(k: int) -> np.ndarray:
    return np.stack([np.ones((k, k)), np.eye(k)])


def _compound_labels(occasions: list[str]) -> list[Parameter]:
    return [Parameter("covariance", COVARIANCE), Parameter("residual", VARIANCE)]


def _band_basis(k: int) -> np.ndarray:
    return (_lags(k) == np.arange(k)[:, None, None]).astype(float)


def _band_labels(occasions: list[str]) -> list[Parameter]:
    lags = (Parameter(f"cov(lag {lag})", COVARIANCE) for lag in range(1, len(occasions)))
    return [Parameter("variance", VARIANCE), *lags]


STRUCTURES: dict[str, Linear | Correlated] = {
    item.name: item
    for item in (
        Linear("UN", "unstructured", False, _unstructured_basis, _unstructured_labels),
        Linear("CS", "compound symmetry", False, _compound_basis, _compound_labels),
        Correlated("CSH", "compound symmetry, heterogeneous variances", False, True, _compound),
        Correlated("AR1", "first-order autoregressive", True, False, _autoregressive),
        Correlated("ARH1", "first-order autoregressive, heterogeneous variances", True, True, _autoregressive),
        Linear("TOEP", "Toeplitz", True, _band_basis, _band_labels),
    )
}
