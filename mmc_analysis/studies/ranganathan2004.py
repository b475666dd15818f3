"""Ranganathan et al. 2004: mental training of finger abduction and elbow flexion."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="ranganathan2004",
    short="Ranganathan 2004",
    citation=(
        "Ranganathan VK, Siemionow V, Liu JZ, Sahgal V, Yue GH. From mental power to muscle power - gaining strength by using "
        "the mind. Neuropsychologia 2004;42(7):944-956."
    ),
    year=2004,
    doi="10.1016/j.neuropsychologia.2003.11.018",
    protocol_kind="imagery training",
    design="Four parallel groups: mental contractions of the little finger, mental contractions of the elbow, no training, "
    "and physical training of the little finger.",
    participants="Young healthy volunteers.",
    n=30,
    protocol="Twelve weeks, 15 minutes a day, five days a week. Maximal strength of little-finger abduction and elbow "
    "flexion; cortical potentials from the electroencephalogram.",
    findings="Each mental group became stronger in the muscle that it trained; the physical group gained most at the finger. The "
    "control group did not change significantly in either muscle.",
    not_found=(
        "standard deviations, absolute forces, values of the weeks between",
        "how people were allocated to groups",
        "the size of the control group's changes",
    ),
    cautions=(
        "The finger's gain by physical training is often set beside the elbow's gain by imagery; they are different muscles.",
        "The physical group is the smallest and named last; it was apparently not part of the same allocation.",
        "A digest gives 40 % for the finger with imagery; the abstract's number at twelve weeks is the one to use.",
    ),
)
