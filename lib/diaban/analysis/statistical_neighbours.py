"""Localities that resemble each other in what a study declares, wherever they lie on the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

COLUMNS = ["locality", "neighbour", "rank", "distance", "withheld"]
LEAST_LOCALITIES = 3
DECIMALS = 9


def statistical_neighbours(
    profile_values: pd.DataFrame, *, by: Sequence[str], count: int = 3
) -> pd.DataFrame:
    """The `count` localities nearest to each one in the indicators `by`.

    profile_values: locality, indicator, value (as `factor_profile` gives them), one row each. Every indicator
    is divided by its standard deviation over the localities; distance is the root mean square of the
    differences, so it reads as "on average so many standard deviations apart", whatever the number of
    indicators (as CIPFA's nearest neighbours, up to that mean). Not Mahalanobis: with a dozen localities a
    covariance matrix of several indicators is mostly noise, and its inverse weighs that noise most; the price
    is that indicators which say the same count twice, so declare few and different ones. Indicators that are
    equal everywhere are passed over.

    One row a locality and rank (1 the nearest; fewer where there are not `count` others). Equal distances
    go by the order of the localities' codes.
    withheld, in a single row of the locality: `covariate_missing` (it lacks one of `by`, and is nobody's
    neighbour), `too_few_localities` (fewer than LEAST_LOCALITIES have them all), `no_usable_indicator`.
    """
    wide = _wide(profile_values, by)
    complete = wide.dropna() if len(by) else wide.iloc[:0]
    sd = complete.std(ddof=1)
    varying = sd.index[sd > 1e-12 * complete.abs().max()]
    why = None
    if len(by) and len(complete) < LEAST_LOCALITIES:
        why = "too_few_localities"
    elif not len(varying):
        why = "no_usable_indicator"
    withheld = pd.Series("covariate_missing" if len(by) else why, index=wide.index.difference(complete.index))
    if why is not None:
        withheld = pd.concat([withheld, pd.Series(why, index=complete.index)]).astype(object)
        complete = complete.iloc[:0]
    near = _nearest(complete[varying] / sd[varying], count)
    refused = pd.DataFrame({"locality": withheld.index, "withheld": withheld.to_numpy()})
    frame = pd.concat([near, refused], ignore_index=True).reindex(columns=COLUMNS)
    frame = frame.sort_values(["locality", "rank"], ignore_index=True)
    types = dict.fromkeys(["locality", "neighbour", "withheld"], "str")
    return frame.astype(types | {"rank": "Int64", "distance": "float64"})


def peer_values(values: pd.DataFrame, neighbours: pd.DataFrame) -> pd.DataFrame:
    """Mean of each indicator over a locality's statistical neighbours.

    values: locality, indicator, value; neighbours: of `statistical_neighbours`. Returns locality, indicator,
    peer (in the indicator's unit, missing where no neighbour has a value), one row a row of `values` whose
    locality has neighbours.
    """
    pairs = neighbours.dropna(subset=["neighbour"])[["locality", "neighbour"]]
    theirs = pairs.merge(values.rename(columns={"locality": "neighbour"}), on="neighbour")
    peer = theirs.groupby(["locality", "indicator"])["value"].mean().rename("peer")
    rows = values.loc[values["locality"].isin(pairs["locality"]), ["locality", "indicator"]]
    return rows.reset_index(drop=True).join(peer, on=["locality", "indicator"])


def _wide(values: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    localities = sorted(values["locality"].unique())
    chosen = values[values["indicator"].isin(list(by))]
    wide = chosen.pivot(index="locality", columns="indicator", values="value")
    return wide.reindex(index=localities, columns=list(by)).astype(float)


def _nearest(scaled: pd.DataFrame, count: int) -> pd.DataFrame:
    z, names = scaled.to_numpy(), scaled.index.to_numpy()
    if not len(z):
        return pd.DataFrame(columns=COLUMNS[:-1])
    distance = np.sqrt(((z[:, None, :] - z[None, :, :]) ** 2).mean(axis=2))
    np.fill_diagonal(distance, np.inf)
    order = np.argsort(distance.round(DECIMALS), axis=1, kind="stable")[:, : min(count, len(z) - 1)]
    ranks = np.broadcast_to(np.arange(1, order.shape[1] + 1), order.shape)
    return pd.DataFrame(
        {
            "locality": np.repeat(names, order.shape[1]),
            "neighbour": names[order].ravel(),
            "rank": ranks.ravel(),
            "distance": np.take_along_axis(distance, order, axis=1).ravel(),
        }
    )
