"""Clark et al. 2014: imagery during four weeks in a cast."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="clark2014",
    short="Clark 2014",
    citation=(
        "Clark BC, Mahato NK, Nakazawa M, Law TD, Thomas JS. The power of the mind: the cortex as a critical determinant of "
        "muscle strength/weakness. J Neurophysiol 2014;112(12):3219-3226."
    ),
    year=2014,
    doi="10.1152/jn.00386.2014",
    pmid="25274345",
    protocol_kind="imagery training",
    design="Three parallel groups: wrist and hand in a cast, the same with imagery on five days a week, no cast.",
    participants="Healthy people; group sizes are known from secondary sources only.",
    protocol="Four weeks. Wrist flexor strength, voluntary activation and the cortical silent period before, immediately "
    "after, and one week after immobilisation.",
    findings="Both immobilised groups lost strength and voluntary activation; with imagery the loss was about half as large. "
    "The silent period grew longer without imagery and shorter with it.",
    not_found=(
        "whether the values after the ± sign are standard deviations or standard errors",
        "changes of the control group; values one week after immobilisation; absolute torque",
        "how people were allocated to groups; statistical model",
    ),
    cautions=(
        "The group with imagery did lose strength, nearly a quarter of it.",
        "Do not use the values after the ± sign as standard deviations before their kind is known.",
        "Press reports round the losses and call the imagery group twice as strong; what was twice as large is the loss without imagery.",
    ),
)
