"""Which associations of the main model hold whichever way it is asked, and why the others do not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.e_value import e_value
from diaban.analysis.area_factors.leave_one_out import left_out_of
from diaban.analysis.area_factors.main_model import main_models
from diaban.analysis.area_factors.permutation import PERMUTATIONS, permuted_of
from diaban.analysis.area_factors.specifications import CONTROL_SETS, LAGS, curve_of

SAME_SIGN = 0.95
SIGNIFICANT = 0.5
SIGNIFICANCE = 0.05
KEPT_WITHOUT_A_GROUP = 0.5
KEYS = ["stream", "indicator"]
COLUMNS = [
    *KEYS,
    "specifications",
    "same_sign_share",
    "significant_share",
    "loo_lower",
    "loo_upper",
    "loo_group",
    "loo_same_sign",
    "permutation_p",
    "e_value",
    "e_value_limit",
    "robust",
    "reason",
]


def area_robustness(
    specifications: pd.DataFrame,
    left_out: pd.DataFrame,
    permutation: pd.DataFrame,
    associations: pd.DataFrame,
) -> pd.DataFrame:
    """One row a stream and indicator of the between part of `associations` (of `area_factors`).

    specifications: of `specification_curve`; left_out: of `leave_one_group_out`; permutation: of
    `permutation_test`, all of the same model. specifications (column): how many could be fitted;
    same_sign_share, significant_share: how many of those have the main model's sign, and both that
    sign and p < SIGNIFICANCE. E-values: e_value.py.

    robust: supported in the main model, which was declared before (q below its false discovery rate);
    the same sign in at least SAME_SIGN of the specifications and significant in SIGNIFICANT of them;
    the same sign without any one group, with at least KEPT_WITHOUT_A_GROUP of the log ratio left; and
    permutation p < SIGNIFICANCE. The main model comes first as models that leave a real factor out lend
    its association to whatever goes with it: agreement of specifications alone proves nothing. In 60
    simulated provinces 95 % of the strong factors (1.5) that the main model supports stay robust, half of
    the moderate ones (1.2), and 2 of the 16 that are not there.

    reason: the first of these that fails: the main model's own `withheld`, `not_associated`,
    `sign_depends_on_model`, `significance_depends_on_model`, `too_few_groups` (or what else kept a group
    from being left out), `rests_on_one_group`, `chance_not_excluded`; NA where robust.
    """
    main = associations.loc[associations["part"] == "between"].drop_duplicates(KEYS)
    frame = main.merge(_agreement(specifications, main), on=KEYS, how="left", validate="one_to_one")
    loo = left_out.drop(columns="rate_ratio").rename(columns={"withheld": "loo_withheld"})
    frame = frame.merge(loo, on=KEYS, how="left", validate="one_to_one")
    frame = frame.merge(permutation[[*KEYS, "permutation_p"]], on=KEYS, how="left", validate="one_to_one")
    near = frame["lower"].where(frame["rate_ratio"] > 1, frame["upper"])
    ratio_e, limit_e = e_value(frame["rate_ratio"].to_numpy(), near.to_numpy())
    reason = _reasons(frame)
    told = frame.assign(e_value=ratio_e, e_value_limit=limit_e, robust=reason.isna(), reason=reason)
    return told.reindex(columns=COLUMNS).astype(
        {"specifications": "Int64", "robust": "bool", "reason": "str"}
    )


def robust_area_factors(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    associations: pd.DataFrame | None = None,
    streams: Sequence[str] | None = None,
    periods: Sequence[str] | None = None,
    lags: Sequence[int] = LAGS,
    control_sets: int = CONTROL_SETS,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
    seed: int,
    permutations: int = PERMUTATIONS,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(specifications, area_robustness) of the model of `area_factors`, which is fitted once for all.

    associations: the result of `area_factors` on the same arguments, computed here where it is not given. The
    others: as in `specification_curve` and `permutation_test`.
    """
    if associations is None:
        associations = area_factors(
            exposed,
            indicators,
            groups,
            streams=streams,
            neighbours=neighbours,
            spatial_streams=spatial_streams,
        )
    models = main_models(
        exposed, indicators, groups, streams=streams, neighbours=neighbours, spatial_streams=spatial_streams
    )
    curve = curve_of(models, exposed, indicators, periods=periods, lags=lags, control_sets=control_sets)
    permutation = permuted_of(models, seed=seed, permutations=permutations)
    return curve, area_robustness(curve, left_out_of(models, groups), permutation, associations)


def _agreement(specifications: pd.DataFrame, main: pd.DataFrame) -> pd.DataFrame:
    """Fitted specifications of every indicator, and the shares that agree with the main model."""
    fitted = specifications[specifications["p"].notna()].merge(
        main[[*KEYS, "rate_ratio"]], on=KEYS, suffixes=("", "_main")
    )
    same = (fitted["rate_ratio"] > 1) == (fitted["rate_ratio_main"] > 1)
    told = fitted.assign(
        same_sign_share=same.astype(float),
        significant_share=(same & (fitted["p"] < SIGNIFICANCE)).astype(float),
    )
    return told.groupby(KEYS, as_index=False).agg(
        specifications=("p", "size"),
        same_sign_share=("same_sign_share", "mean"),
        significant_share=("significant_share", "mean"),
    )


def _reasons(frame: pd.DataFrame) -> pd.Series:
    """The first condition that fails, NA where none does."""
    log_main = np.log(frame["rate_ratio"])
    kept = np.minimum(np.log(frame["loo_lower"]) / log_main, np.log(frame["loo_upper"]) / log_main)
    same_side = frame["loo_same_sign"].fillna(False).astype(bool)
    failed = {
        "not_associated": ~frame["supported"].fillna(False).astype(bool),
        "sign_depends_on_model": ~(frame["same_sign_share"] >= SAME_SIGN),
        "significance_depends_on_model": ~(frame["significant_share"] >= SIGNIFICANT),
        "loo_withheld": frame["loo_withheld"].notna(),
        "rests_on_one_group": ~(same_side & (kept >= KEPT_WITHOUT_A_GROUP)),
        "chance_not_excluded": ~(frame["permutation_p"] < SIGNIFICANCE),
    }
    first = np.select(list(failed.values()), list(failed), "")
    reason = pd.Series(first, index=frame.index, dtype=object)
    reason = reason.mask(first == "loo_withheld", frame["loo_withheld"])
    return reason.mask(frame["withheld"].notna(), frame["withheld"]).where(lambda r: r != "")
