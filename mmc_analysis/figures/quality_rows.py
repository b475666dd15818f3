"""What a quality page shows: recordings of one participant in rows of trials and columns of channels."""

import re
from string import ascii_lowercase

import numpy as np
import pandas as pd

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.frames import as_numbers, levels_of, names_of, require
from mmc_analysis.options import check_option

NAME = "qc_page"
STATUSES = ("good", "flagged", "masked", "failed")
UNUSED = "unused"
MOST_CHANNELS, MOST_ROWS = 6, 44
KIND_LABELS = {"mvic": "Maximal trials", "submaximal": "Submaximal trials", "task": "Tasks", "rest": "Rest"}
COLUMNS = ("participant", "channel", "trial", "kind", "y", "status", "flags", "letters", "peak", "unit",
           "reference_value", "is_reference", "reason")  # fmt: skip
_GAP = 1.0


def quality_rows(quality: pd.DataFrame, participant: str | None) -> pd.DataFrame:
    """Return one row per channel and trial, from top to bottom; see `qc_page_data`."""
    require(quality, ["participant", "muscle", "trial", "status", "flags"], NAME, "quality")
    own = _own_rows(quality, participant)
    rows = pd.DataFrame({
        "participant": names_of(own["participant"]), "channel": channels_of(own), "trial": trials_of(own),
        "kind": names_of(own["kind"]) if "kind" in own.columns else "task", "status": names_of(own["status"]),
        "flags": _texts(own, "flags"),
    })  # fmt: skip
    for status in rows["status"]:
        check_option("status", status, STATUSES, FigureError)
    _refuse_twice(rows)
    failed = rows["status"] == "failed"
    rows["flags"] = rows["flags"].mask(failed, "")
    rows["reason"] = _texts(own, "status_description").where(failed, "")
    rows["reference_value"] = _references(own)
    known = rows["reference_value"].notna() | failed
    in_percent = known.groupby(rows["channel"]).transform("all") & ~failed.groupby(rows["channel"]).transform("all")
    rows["peak"] = as_numbers(own["peak_uv"], NAME) if "peak_uv" in own.columns else np.nan
    rows["peak"] *= (100 / rows["reference_value"]).where(in_percent, 1.0)
    rows["unit"] = np.where(in_percent, "pct", "uV")
    rows["reference_value"] = rows["reference_value"].where(in_percent)
    rows["is_reference"] = _is_reference(own)
    letters = fault_letters(rows["flags"])
    rows["letters"] = [" ".join(sorted(letters[code] for code in codes_in(flags))) for flags in rows["flags"]]
    return rows.assign(y=rows["trial"].map(_places(rows))).reindex(columns=list(COLUMNS)).reset_index(drop=True)


def _texts(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame.columns:
        return pd.Series("", index=frame.index, dtype=object)
    return frame[column].astype(object).where(frame[column].notna(), "").astype(str)


def _own_rows(quality: pd.DataFrame, participant: str | None) -> pd.DataFrame:
    """Return the rows of one participant; those that the trial sheet did not use are nobody's recordings."""
    quality = quality[(names_of(quality["status"]) != UNUSED).to_numpy()]
    require(quality, [], NAME, "quality")
    people = levels_of(quality["participant"])
    if participant is None and len(people) != 1:
        raise FigureError(
            f"{NAME}: quality holds {len(people)} participants ({', '.join(people[:6])}{' …' * (len(people) > 6)}), and a "
            "page is for one. Name one with participant=."
        )
    chosen = people[0] if participant is None else str(participant)
    check_option("participant", chosen, people, FigureError)
    return quality[(names_of(quality["participant"]) == chosen).to_numpy()]


def channels_of(frame: pd.DataFrame) -> pd.Series:
    """Return each row's channel: the muscle, with its side where there is one.

    Examples
    --------
    >>> channels_of(pd.DataFrame({"muscle": ["triceps_brachii", "soleus"], "side": ["left", ""]})).tolist()
    ['Triceps brachii, left', 'Soleus']
    """
    words = names_of(frame["muscle"]).str.replace("_", " ")
    words = words.str[:1].str.upper() + words.str[1:]
    return words + _after(frame, "side", ", {}")


def trials_of(frame: pd.DataFrame) -> pd.Series:
    """Return each row's trial as it is written, with its session where there are several.

    Examples
    --------
    >>> trials_of(pd.DataFrame({"trial": ["fly_1", "fly_1"], "session": ["a", "b"]})).tolist()
    ['fly 1 (a)', 'fly 1 (b)']
    """
    words = names_of(frame["trial"]).str.replace("_", " ")
    several = "session" in frame.columns and frame["session"].nunique() > 1
    return words + _after(frame, "session", " ({})") if several else words


def shortened(trials: list[str]) -> list[str]:
    """Return the names of trials for print: of paths only as much of the end as tells them apart, without the files' ending.

    Examples
    --------
    >>> shortened(["P01/mvic 1.csv", "P01/press.csv", "P01/press.csv (day 2)"])
    ['mvic 1', 'press', 'press (day 2)']
    >>> shortened(["pre/a.csv", "post/a.csv"])
    ['pre/a', 'post/a']
    """
    bare = [re.sub(r"\.[A-Za-z]\w{1,3}(?= \(|$)", "", trial) for trial in trials]
    deepest = max((trial.count("/") for trial in bare), default=0) + 1
    for depth in range(1, deepest + 1):
        short = ["/".join(trial.split("/")[-depth:]) for trial in bare]
        if len(set(short)) == len(set(trials)):
            return short
    return trials


def _after(frame: pd.DataFrame, column: str, pattern: str) -> pd.Series | str:
    if column not in frame.columns:
        return ""
    return _texts(frame, column).map(lambda cell: pattern.format(cell) if cell else "").astype(object)


def _refuse_twice(rows: pd.DataFrame) -> None:
    twice = rows.duplicated(["channel", "trial"])
    if twice.any():
        first = rows[twice].iloc[0]
        raise FigureError(
            f"{NAME}: quality has '{first['trial']}' of {first['channel']} more than once. One row per channel and trial is "
            "needed; sessions are told apart by the column 'session', sides by 'side'."
        )
    channels, trials = rows["channel"].nunique(), rows["trial"].nunique()
    if channels > MOST_CHANNELS or trials > MOST_ROWS:
        raise FigureError(
            f"{NAME}: {channels} channels × {trials} trials do not fit on a page of {MOST_CHANNELS} × {MOST_ROWS}. Draw "
            "several, such as quality[quality['muscle'].isin([…])], or one for each session."
        )


def _references(own: pd.DataFrame) -> pd.Series | float:
    """What stands for 100 %, in µV; NaN where the frame does not say."""
    if "reference_value" not in own.columns:
        return np.nan
    reference = as_numbers(own["reference_value"], NAME)
    wrong = reference <= 0
    if wrong.any():
        raise FigureError(
            f"{NAME}: reference_value is not above zero in row {own.index[wrong][0]}. Leave it empty where a muscle has no "
            "reference; its peaks are then drawn in µV."
        )
    return reference


def _is_reference(own: pd.DataFrame) -> np.ndarray | bool:
    """Whether a trial set the reference: its name, or a label with slashes around its name, stands there."""
    if "reference_trial" not in own.columns:
        return False
    told, names = _texts(own, "reference_trial"), names_of(own["trial"])
    return np.array(
        [name in [part.strip() for part in text.split(" / ")] for name, text in zip(names, told, strict=True)]
    )


def codes_in(flags: str) -> list[str]:
    """Return the codes of one recording.

    Examples
    --------
    >>> codes_in("clipping;mains"), codes_in("")
    (['clipping', 'mains'], [])
    """
    return [code.strip() for code in flags.split(";") if code.strip()]


def fault_letters(flags: pd.Series) -> dict[str, str]:
    """Give each code that occurs a letter, the most frequent first.

    Examples
    --------
    >>> fault_letters(pd.Series(["mains", "clipping;mains", ""]))
    {'mains': 'a', 'clipping': 'b'}
    """
    counts = fault_counts(flags)
    if len(counts) > len(ascii_lowercase):
        raise FigureError(f"{NAME}: {len(counts)} different flags are more than a key can hold. Keep the known codes.")
    return dict(zip(counts, ascii_lowercase, strict=False))


def fault_counts(flags: pd.Series) -> dict[str, int]:
    """Return how many recordings have each code, the most frequent first."""
    codes = pd.Series([code for cell in flags for code in codes_in(cell)], dtype=object)
    counts = codes.groupby(codes, sort=False).size().sort_values(ascending=False, kind="stable")
    return {str(code): int(count) for code, count in counts.items()}


def kinds_of(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Return the trials of each kind, both in order of appearance; a trial has the kind of its first recording."""
    first = rows.drop_duplicates("trial")
    return {kind: first.loc[first["kind"] == kind, "trial"].tolist() for kind in first["kind"].unique()}


def _places(rows: pd.DataFrame) -> dict[str, float]:
    places, y = {}, 0.0
    for trials in kinds_of(rows).values():
        places |= {trial: y + i for i, trial in enumerate(trials)}
        y += len(trials) + _GAP
    return places
