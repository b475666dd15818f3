"""Envelopes as thumbnails: one small curve per channel and trial."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.frames import as_numbers, level_name, require
from mmc_analysis.figures.quality_rows import NAME, channels_of, trials_of
from mmc_analysis.figures.styling import BAND, HIGHER, INK, NOTE_PT, SOFT_INK

POINTS = 240
_HIGH = 0.84
_KEYS = ("muscle", "side", "session", "trial")


def curves_of(envelopes: pd.DataFrame, rows: pd.DataFrame) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Return time and envelope by channel and trial, thinned.

    Parameters
    ----------
    envelopes : pandas.DataFrame
        `muscle`, `trial`, `time_s`, `value`, and `participant`, `side` and `session` where there are several.
    rows : pandas.DataFrame
        What `quality_rows` returns.

    Raises
    ------
    FigureError
        If a column is missing, or an envelope belongs to no row.
    """
    require(envelopes, ["muscle", "trial", "time_s", "value"], NAME, "envelopes")
    person = rows["participant"].iloc[0]
    if "participant" in envelopes.columns:
        same = [name for name in envelopes["participant"].dropna().unique() if level_name(name) == person]
        envelopes = envelopes[envelopes["participant"].isin(same)]
        require(envelopes, [], NAME, f"envelopes of participant '{person}'")
    numbers = pd.DataFrame({name: as_numbers(envelopes[name], NAME) for name in ("time_s", "value")})
    keys = envelopes[[name for name in _KEYS if name in envelopes.columns]].reset_index(drop=True)
    code = keys.groupby(list(keys.columns), sort=False, dropna=False, observed=True).ngroup().to_numpy()
    first = keys.iloc[np.unique(code, return_index=True)[1]]
    known, found = set(zip(rows["channel"], rows["trial"], strict=True)), {}
    for i, key in enumerate(zip(channels_of(first), trials_of(first), strict=True)):
        if key not in known:
            raise FigureError(
                f"{NAME}: envelopes has '{key[1]}' of {key[0]}, which quality lacks. Give both for the same."
            )
        own = numbers[code == i]
        found[key] = thinned(own["time_s"].to_numpy(), own["value"].to_numpy(), POINTS)
    return found


def thinned(time: np.ndarray, value: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return at most about `points` samples that keep every peak: the highest of each stretch; NaN where all are empty.

    Parameters
    ----------
    time, value : ndarray, shape (n,)

    Examples
    --------
    >>> thinned(np.arange(6.0), np.array([0.0, 5, 1, np.nan, np.nan, 2]), 3)
    (array([1., 2., 5.]), array([5., 1., 2.]))
    """
    step = -(-len(value) // points)
    if step <= 1:
        return time, value
    padded = np.full(-(-len(value) // step) * step, -np.inf)
    padded[: len(value)] = np.where(np.isnan(value), -np.inf, value)
    stretches = padded.reshape(-1, step)
    at = np.arange(len(stretches)) * step + stretches.argmax(axis=1)
    highest = stretches.max(axis=1)
    return time[np.minimum(at, len(time) - 1)], np.where(np.isneginf(highest), np.nan, highest)


def draw_thumbnails(ax: Axes, rows: pd.DataFrame, curves: dict) -> None:
    """Draw the envelopes of one channel, each on the line of its trial, all to one scale; dashed the reference.

    `rows` are those of the channel; the scale ends at the highest of all envelopes and references.
    """
    own = {row.trial: curves[row.channel, row.trial] for row in rows.itertuples() if (row.channel, row.trial) in curves}
    tops = [np.nanmax(value) for _, value in own.values() if np.isfinite(value).any()]
    scale = max([*tops, *rows["reference_value"].dropna()], default=1.0) or 1.0
    ends = [time[-1] for time, _ in own.values()]
    ax.set_xlim(0, max(ends, default=1.0))
    for row in rows.itertuples():
        base = row.y + _HIGH / 2
        if row.trial not in own or not np.isfinite(own[row.trial][1]).any():
            ax.annotate("no envelope", (0.5, row.y), xycoords=ax.get_yaxis_transform(), ha="center", va="center",
                        fontsize=NOTE_PT, color=SOFT_INK)  # fmt: skip
            continue
        time, value = own[row.trial]
        top = base - _HIGH * value / scale
        ax.fill_between(time, base, top, color=BAND, lw=0, zorder=2, label=f"_area {row.trial}")
        ax.plot(time, top, color=HIGHER, lw=0.5, zorder=3, label=f"_envelope {row.trial}")
        if np.isfinite(row.reference_value):
            level = base - _HIGH * row.reference_value / scale
            ax.plot(
                [0, time[-1]],
                [level, level],
                color=INK,
                lw=0.4,
                ls=(0, (3, 2)),
                zorder=4,
                label=f"_reference {row.trial}",
            )
