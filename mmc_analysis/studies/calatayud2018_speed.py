"""Calatayud et al. 2018: focus of attention in the bench press at two speeds."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="calatayud2018_speed",
    short="Calatayud 2018",
    citation=(
        "Calatayud J, Vinstrup J, Jakobsen MD, Sundstrup E, Colado JC, Andersen LL. Influence of different attentional "
        "focus on EMG amplitude and contraction duration during the bench press at different speeds. J Sports Sci "
        "2018;36(10):1162-1166."
    ),
    year=2018,
    doi="10.1080/02640414.2017.1363403",
    pmid="28795879",
    protocol_kind="acute focus",
    design="Within-participant: three foci of attention at two speeds, in one session after a first session of "
    "familiarisation and a test of the one-repetition maximum (1RM).",
    participants="Young men.",
    n=18,
    protocol="Bench press at 50 % of 1RM, controlled or as fast as possible: regular (moving the load), with focus on the "
    "pectoralis major, with focus on the triceps brachii. Surface EMG of both muscles in percent of maximum.",
    findings="At controlled speed each focus raised the pectoralis, and focus on the triceps raised the triceps. At maximal "
    "speed focus had no effect on EMG, and contractions lasted about as long under each focus.",
    not_found=(
        "means and standard deviations of the conditions",
        "numbers at maximal speed; the effect of focus on the pectoralis on the triceps at controlled speed",
        "order of conditions; statistical model",
    ),
    cautions=(
        "No adjustment for the number of contrasts can have been made, as P = 0.0308 counts as significant.",
        "Two speeds were compared, so 'the slower the better' does not follow.",
        "The papers of 2016, 2017 and 2018 may share participants; see calatayud2016.",
    ),
)
