"""Contreras 2014: a magazine's pilot experiment on using or not using a muscle."""

from mmc_analysis.studies.study import Study

STUDY = Study(
    name="contreras2014",
    short="Contreras 2014",
    citation="Contreras B. Mind-Muscle Connection: Fact or BS? T-Nation, 11 February 2014.",
    year=2014,
    peer_reviewed=False,
    protocol_kind="acute focus",
    design="Within-participant: the same exercises with attention to activating a muscle, and to not activating it. "
    "No condition without instruction is visible.",
    participants="The author and others; how many, and who, could not be read.",
    protocol="Lower- and upper-body exercises with load, tempo, stance, grip and range kept nearly alike. Surface EMG. The lower "
    "body was trained first with the intention not to use the glutes: squat, Romanian deadlift, hip thrust, back extension.",
    findings="The loads of the lower-body exercises. The part with the results could not be read.",
    not_found=(
        "every EMG value, mean or peak",
        "number and identity of the lifters",
        "the upper-body exercises; the second half, with focus on the glutes",
        "EMG processing; any statistics",
    ),
    cautions=(
        "A magazine's pilot experiment, not a peer-reviewed study.",
        "Focus is compared with deliberate avoidance, so the contrast is larger by construction than focus against a regular lift.",
        "One load per exercise: it cannot show that light loads work better.",
    ),
)
