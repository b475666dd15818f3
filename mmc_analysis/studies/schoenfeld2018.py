"""Schoenfeld et al. 2018: eight weeks of resistance training with internal or external focus."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="schoenfeld2018",
    short="Schoenfeld 2018",
    citation=(
        "Schoenfeld BJ, Vigotsky A, Contreras B, Golden S, Alto A, Larson R, Winkelman N, Paoli A. Differential effects of "
        "attentional focus strategies during long-term resistance training. Eur J Sport Sci 2018;18(5):705-712."
    ),
    year=2018,
    doi="10.1080/17461391.2018.1447020",
    pmid="29533715",
    protocol_kind="focus training",
    design="Randomised, two parallel groups: internal focus (contract the muscle) or external focus (outcome of the lift).",
    participants="Untrained college-aged men.",
    n=30,
    protocol="Eight weeks, three sessions a week, four sets of 8 to 12 repetitions of each exercise. Muscle thickness by "
    "ultrasound; six-repetition maximum of the biceps curl; isometric strength of knee extension and elbow flexion.",
    findings="Elbow flexors grew more with internal focus; the quadriceps grew alike. Isometric strength differed in opposite directions in "
    "arm and leg, neither significantly.",
    not_found=(
        "means, standard deviations, intervals, P values and effect sizes",
        "the result of the six-repetition maximum",
        "statistical model; number of men who completed the training",
    ),
    cautions=(
        "Internal focus is compared with external focus, not with a regular lift.",
        "The abstract reports no EMG, so it does not show that more EMG caused growth.",
    ),
)
