"""How often tests of a true null hypothesis reject, as simulated by benchmarks/error_rates.py."""

import pandas as pd

from paper.pipeline import analysis


def error_rates() -> pd.DataFrame:
    """One row per model, method, term and number of participants, with one value per cell."""
    simulated = pd.read_csv("benchmarks/error_rates.csv")
    return simulated[simulated["metric"].eq("type_1_error") & simulated["repetitions"].eq(1)]


if __name__ == "__main__":
    analysis(error_rates)
