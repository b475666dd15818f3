"""Simulate a lab's workbook: focus of attention in the bench press, 18 lifters, peak EMG in µV.

    python datasets/example_calatayud/generate.py            # writes bench_press_emg.xlsx and truth.csv beside this file

Nobody was measured. The truth, for lifter i, load l and condition c, in percent of the muscle's maximum:

    peak = LEVEL[muscle][l] + EFFECT[muscle][c][l] + lifter_i + focus_ic + cell_il + residual

    lifter_i   normal, SD 13 (pectoralis major) and 14.5 (triceps brachii) points
    focus_ic   normal, for the condition that names the muscle SD 5.5 (pectoralis) and 6.3 (triceps), for the other
               instructed condition SD 3; none for the regular lift. For the triceps under triceps focus,
               0.5 points for every year of training above 8 come on top.
    cell_il    normal, SD 6 (pectoralis) and 6.5 (triceps); shared by the three conditions at one load
    residual   normal, SD 4.1 (pectoralis) and 5.15 (triceps)

So a difference between two conditions at one load varies between lifters with SD 8.0 (pectoralis) and 10.1
(triceps) points, and one condition with SD 15 and 17: the sizes that the intervals and standardised differences of
Calatayud et al. (2017, push-up) imply if their intervals are paired ones. The planted effects lie between the
4 and 9 points printed by Calatayud et al. (2017, 2018), vanish at 80 % of the one-repetition maximum and reach the
pectoralis under triceps focus at 50 and 60 %, as Calatayud et al. (2016) describe. Training years and relative
strength follow the mean and SD of the 2017 paper; everything else is invented.

A percentage is multiplied by the lifter's own maximum (log-normal, median 450 µV for the pectoralis and 620 µV for
the triceps, SD of the logarithm 0.3) and rounded to 0.1 µV. Two cells are then emptied, as electrodes do come off.
The seed is the first from 2016 on with every amplitude above 5 % of the maximum.
"""

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

SEED = 2017
LIFTERS = 18
CONDITIONS = ("regular", "pectoralis", "triceps")
LOADS = (20, 40, 50, 60, 80)
MUSCLES = ("pectoralis major", "triceps brachii")
LEVEL = {"pectoralis major": (36, 48, 55, 62, 77), "triceps brachii": (38, 48, 54, 60, 74)}
EFFECT = {
    "pectoralis major": {"regular": (0, 0, 0, 0, 0), "pectoralis": (8, 8, 7, 6, 0), "triceps": (0, 0, 4, 4, 0)},
    "triceps brachii": {"regular": (0, 0, 0, 0, 0), "pectoralis": (0, 0, 0, 0, 0), "triceps": (6, 6, 5, 5, 0)},
}
SD_LIFTER = {"pectoralis major": 13.0, "triceps brachii": 14.5}
SD_FOCUS = {
    "pectoralis major": {"pectoralis": 5.5, "triceps": 3.0},
    "triceps brachii": {"pectoralis": 3.0, "triceps": 6.3},
}
SD_CELL = {"pectoralis major": 6.0, "triceps brachii": 6.5}
SD_RESIDUAL = {"pectoralis major": 4.1, "triceps brachii": 5.15}
POINTS_PER_TRAINING_YEAR = 0.5
MEDIAN_MAXIMUM = {"pectoralis major": 450.0, "triceps brachii": 620.0}
EMPTIED = (("pectoralis major", 12, "regular", 60), ("triceps brachii", 6, "triceps", 80))  # lifter counted from 0
TIMESTAMP = (2026, 1, 1, 0, 0, 0)
DAY = "2026-01-01T00:00:00Z"


def draw_lifters(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return training years, one-repetition maximum (kg), body mass (kg) and age (years), each of shape (18,)."""
    years = np.maximum(1.0, np.round(np.exp(1.856 + 0.668 * rng.standard_normal(LIFTERS))))
    body_mass = np.round(80.0 + 9.0 * rng.standard_normal(LIFTERS), 1)
    relative = 1.25 + 0.28 * rng.standard_normal(LIFTERS)
    age = np.round(17.0 + years + np.abs(3.0 * rng.standard_normal(LIFTERS)))
    return {
        "training years": years,
        "bench press 1RM (kg)": 2.5 * np.round(relative * body_mass / 2.5),
        "body mass (kg)": body_mass,
        "age (years)": age,
    }


def draw_percent(rng: np.random.Generator, muscle: str, years: np.ndarray) -> np.ndarray:
    """Return peak EMG in percent of maximum, of shape (18 lifters, 3 conditions, 5 loads)."""
    lifter = SD_LIFTER[muscle] * rng.standard_normal(LIFTERS)
    cell = SD_CELL[muscle] * rng.standard_normal((LIFTERS, len(LOADS)))
    values = np.empty((LIFTERS, len(CONDITIONS), len(LOADS)))
    for c, condition in enumerate(CONDITIONS):
        focus = SD_FOCUS[muscle].get(condition, 0.0) * rng.standard_normal(LIFTERS)
        if muscle == "triceps brachii" and condition == "triceps":
            focus = focus + POINTS_PER_TRAINING_YEAR * (years - 8.0)
        residual = SD_RESIDUAL[muscle] * rng.standard_normal((LIFTERS, len(LOADS)))
        mean = np.add(LEVEL[muscle], EFFECT[muscle][condition])
        values[:, c, :] = mean + lifter[:, None] + focus[:, None] + cell + residual
    return values


def simulate(seed: int = SEED) -> dict:
    """Return the lifters, the maxima (µV, per muscle of shape (18,)) and the peaks (µV, per muscle (18, 3, 5))."""
    rng = np.random.default_rng(seed)
    lifters = draw_lifters(rng)
    maxima, peaks = {}, {}
    for muscle in MUSCLES:
        maxima[muscle] = np.round(MEDIAN_MAXIMUM[muscle] * np.exp(0.3 * rng.standard_normal(LIFTERS)))
        percent = draw_percent(rng, muscle, lifters["training years"])
        if percent.min() <= 5.0:
            raise ValueError(f"seed {seed} gives an amplitude of {percent.min():.1f} % of maximum; take the next seed")
        peaks[muscle] = np.round(percent / 100.0 * maxima[muscle][:, None, None], 1)
    for muscle, lifter, condition, load in EMPTIED:
        peaks[muscle][lifter, CONDITIONS.index(condition), LOADS.index(load)] = np.nan
    return {"lifters": lifters, "maxima": maxima, "peaks": peaks}


def write_sheet(book: Workbook, title: str, header: list[str], columns: list, number_format: str) -> None:
    """Add a sheet with a bold header, a frozen first column and readable widths; NaN is left empty."""
    sheet = book.create_sheet(title)
    sheet.append(header)
    for row in zip(*columns, strict=True):
        sheet.append([None if isinstance(cell, float) and np.isnan(cell) else cell for cell in row])
    for number, name in enumerate(header, 1):
        top = sheet.cell(1, number)
        top.font, top.fill = Font(bold=True), PatternFill("solid", start_color="FFE8EDF3")
        top.alignment = Alignment(wrap_text=True, vertical="center", horizontal="left" if number == 1 else "center")
        sheet.column_dimensions[get_column_letter(number)].width = max(12, min(18, len(name) * 0.7 + 2))
        for row in range(2, sheet.max_row + 1):
            if number > 1:
                sheet.cell(row, number).number_format = number_format
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"


def workbook(data: dict) -> Workbook:
    """Return the workbook: one wide sheet per muscle, the maxima, the participants."""
    book = Workbook()
    book.remove(book.active)
    people = [f"S{i:02d}" for i in range(1, LIFTERS + 1)]
    cells = [(c, condition, j, load) for c, condition in enumerate(CONDITIONS) for j, load in enumerate(LOADS)]
    header = ["Participant", *(f"{load} % {condition} [µV]" for _, condition, _, load in cells)]
    for muscle in MUSCLES:
        columns = [people, *(data["peaks"][muscle][:, c, j].tolist() for c, _, j, _ in cells)]
        write_sheet(book, muscle, header, columns, "0.0")
    maxima = [people, *(data["maxima"][muscle].tolist() for muscle in MUSCLES)]
    write_sheet(book, "maxima", ["Participant", *(f"{muscle} [µV]" for muscle in MUSCLES)], maxima, "0")
    lifters = [people, *(values.tolist() for values in data["lifters"].values()), ["male"] * LIFTERS]
    write_sheet(book, "participants", ["Participant", *data["lifters"], "sex"], lifters, "General")
    return book


def reproducible(book: Workbook) -> bytes:
    """Return the file with fixed times, canonical XML and no compression: the same bytes on every machine."""
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = ElementTree.canonicalize(source.read(name).decode("utf-8"))
            if name == "docProps/core.xml":
                text = re.sub(r"(<dcterms:(created|modified)[^>]*>)[^<]*", rf"\g<1>{DAY}", text)
            entry = zipfile.ZipInfo(name, TIMESTAMP)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return out.getvalue()


def truth() -> str:
    """Return the planted parameters as text: one row per parameter, in points of maximum EMG."""
    lines = ["parameter,muscle,condition,load_pct_1rm,value"]
    for muscle in MUSCLES:
        for load, level in zip(LOADS, LEVEL[muscle], strict=True):
            lines.append(f"level,{muscle},regular,{load},{level}")
        for condition in CONDITIONS[1:]:
            for load, effect in zip(LOADS, EFFECT[muscle][condition], strict=True):
                lines.append(f"effect,{muscle},{condition},{load},{effect}")
        lines.append(f"sd_lifter,{muscle},,,{SD_LIFTER[muscle]}")
        lines += [f"sd_focus,{muscle},{condition},,{sd}" for condition, sd in SD_FOCUS[muscle].items()]
        lines += [f"sd_cell,{muscle},,,{SD_CELL[muscle]}", f"sd_residual,{muscle},,,{SD_RESIDUAL[muscle]}"]
    lines.append(f"effect_per_training_year,triceps brachii,triceps,,{POINTS_PER_TRAINING_YEAR}")
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write the workbook and the truth into a folder."""
    (folder / "bench_press_emg.xlsx").write_bytes(reproducible(workbook(simulate())))
    (folder / "truth.csv").write_text(truth(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).resolve().parent)
