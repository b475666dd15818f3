"""Calatayud et al. 2017: focus of attention in the push-up, muscle strength and training experience."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="calatayud2017",
    short="Calatayud 2017",
    citation=(
        "Calatayud J, Vinstrup J, Jakobsen MD, Sundstrup E, Colado JC, Andersen LL. Mind-muscle connection training "
        "principle: influence of muscle strength and training experience during a pushing movement. Eur J Appl Physiol "
        "2017;117(7):1445-1452."
    ),
    year=2017,
    doi="10.1007/s00421-017-3637-6",
    pmid="28500415",
    protocol_kind="acute focus",
    design="Within-participant: three foci of attention in random order, in one session after a first session of "
    "familiarisation and a test of the bench press one-repetition maximum (1RM).",
    participants="Resistance-trained men.",
    n=18,
    protocol="Push-up: regular, with focus on the pectoralis major, with focus on the triceps brachii. Surface EMG of both "
    "muscles in percent of maximum.",
    findings="The pectoralis was more active with focus on it. The triceps' own rise was not significant, borderline in "
    "the authors' words. Years of training went with the ability to activate the triceps, not the pectoralis; relative 1RM with neither.",
    not_found=(
        "means and standard deviations of the conditions",
        "P values of the two contrasts; effects on the other muscle",
        "statistical model; whether the standardised differences use the spread between participants or of differences",
    ),
    cautions=(
        "The association with training years is one of several tests, at P = 0.04 with 18 men.",
        "The papers of 2016, 2017 and 2018 may share participants; see calatayud2016.",
    ),
)
