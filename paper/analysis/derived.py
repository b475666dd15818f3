"""Quantities computed from printed numbers; never mixed with the printed ones."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def quantity(key: str, label: str, estimate: float, unit: str, method: str) -> dict:
    """Return one derived number with the way it was computed."""
    return {"key": key, "label": label, "estimate": estimate, "unit": unit, "method": method, "evidence": "derived"}


def cast(printed: pd.Series) -> list[dict]:
    """Return what was lost and what remained in a cast, with and without imagery."""
    loss = {arm: -printed[f"clark2014_strength_{arm}"] for arm in ("cast", "imagery")}
    remaining = {arm: 100 - lost for arm, lost in loss.items()}
    return [
        *(quantity(f"clark_loss_{arm}", f"strength lost, {arm}", loss[arm], "pct", "minus the printed change") for arm in loss),
        *(quantity(f"clark_remaining_{arm}", f"strength left, {arm}", remaining[arm], "pct", "100 plus the printed change")
          for arm in remaining),
        quantity("clark_remaining_ratio", "strength left with imagery, as a multiple of without",
                 remaining["imagery"] / remaining["cast"], "ratio", "ratio of what remained"),
        quantity("clark_loss_ratio", "strength lost without imagery, as a multiple of with",
                 loss["cast"] / loss["imagery"], "ratio", "ratio of the losses"),
    ]  # fmt: skip


def spread(reported: pd.DataFrame) -> list[dict]:
    """Return the loss in a cast as a multiple of what is printed behind "±", read in two ways."""
    rows = reported[reported["result"].eq("strength_cast")].set_index("statistic")["value"]
    n = reported.loc[reported["result"].eq("size_cast"), "value"].item()
    as_sd = abs(rows["pct_change"]) / rows["plus_minus"]
    return [
        quantity("clark_sd_reading", "loss in standard deviations, if ± is one", as_sd, "ratio", "change / ±"),
        quantity("clark_se_reading", "loss in standard deviations, if ± is a standard error", as_sd / n**0.5, "ratio",
                 "change / (± √n), n from a secondary source"),
    ]  # fmt: skip


def finger(printed: pd.Series) -> list[dict]:
    """Return the finger's gain with imagery as a share of the gain with physical training."""
    share = 100 * printed["ranganathan2004_finger_imagery"] / printed["ranganathan2004_finger_physical"]
    sizes = mmc.load_study("ranganathan2004").reported.set_index("result")["value"]
    return [
        quantity("ranganathan_share", "finger gain with imagery, of that with training", share, "pct", "ratio of the gains"),
        quantity("ranganathan_physical_n", "members of the physical group", sizes["size_finger_physical"], "count",
                 "as printed"),
    ]  # fmt: skip


def sizes() -> list[dict]:
    """Return how many studies there are, and the smallest and largest of them."""
    studies = mmc.list_studies()
    return [
        quantity("n_studies", "studies", len(studies), "count", "counted"),
        quantity("smallest_n", "participants of the smallest study", studies["n"].min(), "count", "as printed"),
        quantity("largest_n", "participants of the largest study", studies["n"].max(), "count", "as printed"),
    ]


def derived() -> pd.DataFrame:
    """One row per derived number."""
    printed = mmc.studies.results().set_index("key")["estimate"]
    return pd.DataFrame([*sizes(), *cast(printed), *finger(printed), *spread(mmc.load_study("clark2014").reported)])


if __name__ == "__main__":
    analysis(derived)
