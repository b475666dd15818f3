"""Snyder and Fry 2012: verbal instruction in the bench press."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="snyder_fry2012",
    short="Snyder & Fry 2012",
    citation=(
        "Snyder BJ, Fry WR. Effect of verbal instruction on muscle activity during the bench press exercise. J Strength "
        "Cond Res 2012;26(9):2394-2400."
    ),
    year=2012,
    doi="10.1519/JSC.0b013e31823f8d11",
    pmid="22076100",
    protocol_kind="acute focus",
    design="Within-participant, in fixed order: no instruction, then to use only the chest, then only the triceps; at two loads.",
    participants="Male American football players of a Division III college team.",
    n=11,
    protocol="Bench press at 50 and 80 % of the one-repetition maximum. Mean normalised root-mean-square EMG over three "
    "repetitions of pectoralis major, anterior deltoid and triceps brachii.",
    findings="At 50 % each instruction raised its own muscle and left the others as they were. At 80 % the chest instruction raised "
    "pectoralis and deltoid; the triceps did not change with any instruction.",
    not_found=("means, standard deviations and intervals", "numbers at 80 %"),
    cautions=(
        "The order was fixed, so the effect of instruction includes practice, fatigue and warming up.",
        "The percent changes are relative to no instruction, not points of maximum EMG: do not average them with "
        "the differences of the Calatayud papers.",
    ),
)
