"""Yue and Cole 1992: imagined and real training of the little finger."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="yue_cole1992",
    short="Yue & Cole 1992",
    citation=(
        "Yue G, Cole KJ. Strength increases from the motor program: comparison of training with maximal voluntary and "
        "imagined muscle contractions. J Neurophysiol 1992;67(5)."
    ),
    year=1992,
    protocol_kind="imagery training",
    design="Three parallel groups: imagined contractions, real maximal isometric contractions, no training.",
    participants="Number and description could not be read.",
    protocol="Left little-finger abductor, four weeks, five sessions a week. Maximal abduction force of both hands, "
    "flexion and extension force, force evoked by electrical stimulation, EMG, before and after.",
    findings="The trained left finger became stronger in both training groups, more than in the control group; so did the "
    "untrained right finger. The evoked force did not change.",
    not_found=(
        "number of participants in each group",
        "standard deviations and intervals",
        "how people were allocated to groups",
        "DOI, PMID and page numbers",
    ),
    cautions=(
        "A randomised replication at the elbow with 54 people (Herbert et al. 1998) found no more gain by imagery than in its control group.",
    ),
)
