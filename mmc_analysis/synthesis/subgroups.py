"""Syntheses of subgroups, for a forest."""

import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.frame_columns import labels_in
from mmc_analysis.synthesis.random_effects import meta_analysis


def pooled_subgroups(estimates: pd.DataFrame, by: str, **options) -> pd.DataFrame:
    """Return the pooled estimate of every subgroup, each with its own τ², and of all studies together.

    Whether subgroups differ is another question, which ``meta_analysis(…, moderators=[by]).moderator_test`` answers: two
    intervals that overlap, or one that holds zero where another does not, are no test.

    Parameters
    ----------
    estimates : pandas.DataFrame
        One row per study.
    by : str
        Column of the subgroups.
    **options
        Options of :func:`~mmc_analysis.synthesis.meta_analysis`.

    Returns
    -------
    pandas.DataFrame
        A row of `pooled` per subgroup, in the order of the categories or of their appearance, and one for all, where the column
        `by` is empty; with `tau2` and `i2`. Ready for ``figures.forest(result.studies, this, subgroup=by)``.

    Raises
    ------
    EffectError
        If there is no such column, or a subgroup has one study.

    Examples
    --------
    >>> frame = pd.DataFrame({"study": list("abcd"), "muscle": list("xxyy"), "estimate": [0.2, 0.4, 0.5, 0.6], "std_error": 0.2})
    >>> pooled_subgroups(frame, "muscle", test="z")[["label", "muscle", "estimate"]].round(2).values.tolist()
    [['Pooled, x', 'x', 0.3], ['Pooled, y', 'y', 0.55], ['Pooled, all', nan, 0.43]]
    """
    labels = pd.Series(labels_in(estimates, by, "by"), index=estimates.index)
    counts = labels.value_counts()
    if (counts < 2).any():
        raise EffectError(f"subgroup {by}='{counts.index[counts < 2][0]}' has one study, which is no synthesis. Merge it with another "
                          "subgroup, or leave it out of this table; a forest still shows the study.")  # fmt: skip
    column = estimates[by]
    order = (
        column.cat.categories.astype(str) if isinstance(column.dtype, pd.CategoricalDtype) else dict.fromkeys(labels)
    )
    rows = []
    for level in [name for name in order if name in counts.index]:
        result = meta_analysis(estimates[(labels == level).to_numpy()], **options)
        row = result.pooled.assign(label=f"Pooled, {level}")
        row.insert(1, by, level)
        rows.append(row)
    rows.append(meta_analysis(estimates, **options).pooled.assign(label="Pooled, all"))
    return pd.concat(rows, ignore_index=True)
