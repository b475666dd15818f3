"""The rows of a forest: estimates, headings, pooled estimates and prediction intervals, from top to bottom."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.estimate_words import SECONDARY_MARK, decimals_of_rows, is_signed, row_labels, texts_of
from mmc_analysis.figures.frames import as_numbers, levels_of, names_of, only, refuse_mixtures, require
from mmc_analysis.schema import number_in, write_interval, write_level

NAME = "forest"
COLUMNS = ("y", "kind", "label", "estimate", "conf_low", "conf_high", "n", "weight", "estimate_text", "interval_text",
           "secondary")  # fmt: skip
_GAP = 0.5
_POOLED_ALONE = ("pred_low", "pred_high", "tau2", "i2", "grouping", "n_levels")


def forest_rows(estimates: pd.DataFrame, pooled: pd.DataFrame | None, subgroup: str | None) -> pd.DataFrame:
    """Return the rows from top to bottom; see `forest_data`."""
    require(estimates, ["estimate", "conf_low", "conf_high"], NAME, "estimates")
    _refuse_pooled_among_studies(estimates)
    _check(estimates, "estimates", subgroup)
    if pooled is not None:
        _check(pooled, "pooled", None)
        both = pd.concat([estimates[_shared(estimates)], pooled[_shared(pooled)]])
        refuse_mixtures(both, ("unit", "metric"), NAME, "estimates with pooled")
    estimates, pooled = _with_decimals(estimates, pooled)
    parts = _plain(estimates, pooled) if subgroup is None else _grouped(estimates, pooled, subgroup)
    rows = pd.concat(parts, ignore_index=True)
    gaps = np.cumsum(np.where(rows["gap"], _GAP, 0.0))
    return rows.assign(y=np.arange(len(rows)) + gaps).reindex(columns=list(COLUMNS))


def _refuse_pooled_among_studies(estimates: pd.DataFrame) -> None:
    """Raise if rows of a synthesis' pooled frame stand below those of its studies, which have weights."""
    marks = [column for column in _POOLED_ALONE if column in estimates.columns]
    if not marks or "weight" not in estimates.columns:
        return
    pooled = (estimates[marks].notna().any(axis=1) & estimates["weight"].isna()).to_numpy()
    n_pooled = int(pooled.sum())
    if n_pooled and estimates["weight"].notna().any():
        raise FigureError(
            f"{NAME}: estimates mixes {len(pooled) - n_pooled} studies with {n_pooled} pooled "
            f"row{'s' * (n_pooled > 1)} (row {estimates.index[pooled][0]}). Give both frames of the synthesis on "
            "their own, forest(res.studies, res.pooled), so that pooled estimates are drawn as diamonds."
        )


def _with_decimals(estimates: pd.DataFrame, pooled: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return both with `decimals`, chosen over all rows, so that the column of numbers is even."""
    found = decimals_of_rows(estimates if pooled is None else pd.concat([estimates, pooled], ignore_index=True))
    k = len(estimates)
    return estimates.assign(decimals=found[:k]), None if pooled is None else pooled.assign(decimals=found[k:])


def _shared(frame: pd.DataFrame) -> list[str]:
    return [column for column in ("unit", "metric") if column in frame.columns]


def _check(frame: pd.DataFrame, name: str, subgroup: str | None) -> None:
    wanted = ["estimate", "conf_low", "conf_high", *([subgroup] if subgroup else [])]
    require(frame, wanted, NAME, name)
    refuse_mixtures(frame, ("unit", "metric"), NAME, name)
    if as_numbers(frame["estimate"], NAME).isna().any():
        row = frame.index[pd.to_numeric(frame["estimate"]).isna()][0]
        raise FigureError(
            f"{NAME}: {name} has no estimate in row {row}. Leave it out: {name}[{name}['estimate'].notna()]."
        )
    if subgroup and frame[subgroup].isna().any():
        row = frame.index[frame[subgroup].isna()][0]
        raise FigureError(f"{NAME}: {name} has no '{subgroup}' in row {row}. Fill it, or leave subgroup= out.")
    low, high = (pd.to_numeric(frame[side], errors="raise").astype(float) for side in ("conf_low", "conf_high"))
    wrong = low > high
    if wrong.any():
        raise FigureError(f"{NAME}: {name} has conf_low above conf_high in row {frame.index[wrong][0]}. Swap them.")
    if "weight" in frame.columns and (as_numbers(frame["weight"], NAME) < 0).any():
        raise FigureError(f"{NAME}: {name} has a negative weight. Give shares in percent.")


def _plain(estimates: pd.DataFrame, pooled: pd.DataFrame | None) -> list[pd.DataFrame]:
    signed = is_signed(estimates)
    parts = [_rows(estimates, "estimate", row_labels(estimates, NAME), signed)]
    return parts if pooled is None else [*parts, *_pooled_rows(pooled, signed, gap=True)]


def _grouped(estimates: pd.DataFrame, pooled: pd.DataFrame | None, subgroup: str) -> list[pd.DataFrame]:
    labels = pd.Series(row_labels(estimates, NAME), index=estimates.index)
    named = pooled is not None and subgroup in pooled.columns
    parts, signed = [], is_signed(estimates)
    for level in levels_of(estimates[subgroup]):
        mine = (names_of(estimates[subgroup]) == level).to_numpy()
        parts.append(_heading(level, gap=bool(parts)))
        parts.append(_rows(estimates[mine], "estimate", labels[mine].tolist(), signed))
        if named:
            parts += _pooled_rows(pooled[(names_of(pooled[subgroup]) == level).to_numpy()], signed, gap=False)
    if pooled is not None:
        overall = pooled[pooled[subgroup].isna()] if named else pooled
        parts += _pooled_rows(overall, signed, gap=True)
        _refuse_unknown_subgroups(estimates, pooled, subgroup)
    return parts


def _refuse_unknown_subgroups(estimates: pd.DataFrame, pooled: pd.DataFrame, subgroup: str) -> None:
    if subgroup in pooled.columns:
        unknown = [level for level in levels_of(pooled[subgroup]) if level not in levels_of(estimates[subgroup])]
        if unknown:
            raise FigureError(
                f"{NAME}: pooled has {subgroup}='{unknown[0]}', which estimates lack. Leave '{subgroup}' empty for the "
                "overall row."
            )


def _heading(level: str, gap: bool) -> pd.DataFrame:
    words = level.replace("_", " ")
    return pd.DataFrame({"kind": ["heading"], "label": [words[:1].upper() + words[1:]], "gap": [gap], "estimate_text": "",
                         "interval_text": "", "secondary": False})  # fmt: skip


def _rows(frame: pd.DataFrame, kind: str, labels: list[str], signed: bool) -> pd.DataFrame:
    numbers = frame.reindex(columns=["estimate", "conf_low", "conf_high", "n", "weight"])
    rows = numbers.apply(pd.to_numeric).astype(float).reset_index(drop=True)
    secondary = (frame["source_kind"].astype(str) == "secondary").to_numpy() if "source_kind" in frame else False
    rows = rows.assign(kind=kind, gap=False, secondary=secondary)
    marks = np.where(rows["secondary"], f" {SECONDARY_MARK}", "")
    rows["label"] = [f"{label}{mark}" for label, mark in zip(labels, marks, strict=True)]
    texts = [texts_of(row, row["decimals"], signed) for _, row in frame.iterrows()]
    rows["estimate_text"] = [first for first, _ in texts]
    rows["interval_text"] = [second for _, second in texts]
    return rows


def _pooled_rows(pooled: pd.DataFrame, signed: bool, gap: bool) -> list[pd.DataFrame]:
    parts = []
    for i in range(len(pooled)):
        one = pooled.iloc[[i]]
        label = only(one, "label") or "Pooled"
        parts.append(_rows(one, "pooled", [label], signed).assign(gap=gap and i == 0))
        row = one.iloc[0]
        low, high = number_in(row, "pred_low"), number_in(row, "pred_high")
        if np.isfinite(low) and np.isfinite(high):
            text, level = write_interval(low, high, row["decimals"]), number_in(row, "conf_level")
            label = f"{write_level(level)} prediction interval" if np.isfinite(level) else "Prediction interval"
            parts.append(pd.DataFrame({"kind": ["prediction"], "label": [label], "gap": [False],
                                       "conf_low": [low], "conf_high": [high], "estimate_text": "",
                                       "interval_text": text, "secondary": False}))  # fmt: skip
    return parts
