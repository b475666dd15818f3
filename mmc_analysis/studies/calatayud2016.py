"""Calatayud et al. 2016: focus of attention in the bench press at five loads."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="calatayud2016",
    short="Calatayud 2016",
    citation=(
        "Calatayud J, Vinstrup J, Jakobsen MD, Sundstrup E, Brandt M, Jay K, Colado JC, Andersen LL. Importance of "
        "mind-muscle connection during progressive resistance training. Eur J Appl Physiol 2016;116(3):527-533."
    ),
    year=2016,
    doi="10.1007/s00421-015-3305-7",
    pmid="26700744",
    protocol_kind="acute focus",
    design="Within-participant: three foci of attention at each of five loads, in one session after a first session "
    "of familiarisation and a test of the one-repetition maximum (1RM).",
    participants="Resistance-trained men.",
    n=18,
    protocol="Bench press at 20, 40, 50, 60 and 80 % of 1RM: regular, with focus on the pectoralis major, with focus on "
    "the triceps brachii. Surface EMG of both muscles; peak of the filtered signal in percent of the largest EMG found.",
    findings="Focus on a muscle raised that muscle's peak EMG at loads up to 60 % of 1RM, not at 80 %. The other muscle "
    "did not lose activity; with focus on the triceps the pectoralis rose too, at 50 and 60 %.",
    not_found=(
        "every cell of the tables: means, standard deviations, differences, intervals, P values",
        "order of conditions and loads, repetitions, tempo, rest, exact instructions",
        "age, height, body mass, 1RM and training years of the participants",
        "sampling rate, filter, window of the root mean square, electrode sites",
        "which contraction the largest EMG came from",
        "statistical model, its degrees of freedom, adjustment for multiple comparisons",
    ),
    cautions=(
        "The range of differences in the table comes from another reader's notes, not from the paper itself.",
        "The papers of 2016, 2017 and 2018 each report 18 men in two sessions with the same muscles; they may share "
        "participants. Do not count them as independent without asking the authors.",
        "A rise of 22 % is often credited to this paper; that number stands in Snyder and Fry 2012.",
        "The comparator is a regular lift, so the effect of attention includes the effect of being instructed.",
    ),
)
