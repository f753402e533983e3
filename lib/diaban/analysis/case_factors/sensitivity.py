"""How far the ranking of codes could move if the files without an established code were not like the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED, carried_codes
from diaban.analysis.case_factors.prevalence import files_by_stream
from diaban.analysis.case_factors.share_comparison import MINIMUM_FILES
from diaban.analysis.exposure import WHOLE

BOUNDS = ["share_lower", "share_upper", "rank_lower", "rank_upper", "files_to_lead", "could_lead"]
COLUMNS = ["locality", "stream", "code", "n_coded", "unknown_files", "n_files", *BOUNDS, "withheld"]
WHOLE_NUMBERS = dict.fromkeys(["rank_lower", "rank_upper", "files_to_lead"], "Int64")


def coding_sensitivity(
    codes: pd.DataFrame,
    cases: pd.DataFrame,
    code_book: pd.DataFrame,
    *,
    localities: Sequence[str] | None = None,
    not_established: str = NOT_ESTABLISHED,
    among: str | None = None,
    minimum_files: int = MINIMUM_FILES,
) -> pd.DataFrame:
    """Worst-case bounds of each code's share and rank over what the unknown files might hold (Manski 1989).

    Inputs as in `case_factors`. An unknown file has no established code: `not_established` only, or no code.
    Nothing is assumed of those files: each may carry any set of codes, or none. So the share of a code among
    all n_files lies between n_coded / n_files and (n_coded + unknown_files) / n_files, and each code has
    bounds of its own, not to be added up. The bounds take the coded files as coded rightly and say nothing
    of chance: they are no confidence interval. They are wide where many files are unknown, which is the
    finding: no method narrows them without an assumption.

    rank_lower, rank_upper: the best and the worst rank (1 = on most files) that the code could have among all
    codes, or among those that share its value in the column `among` of the code book (as "kind"), the unknown
    files all carrying it and no other, or every other and not it; a tie counts as the better rank in
    the first and the worse in the second. files_to_lead: unknown files that would have to carry the code, and
    no other, for it to be on as many files as the first (0 for the first); could_lead: there are as many.
    One row a locality, stream and code; the whole has locality WHOLE. withheld: `too_few_files` (under
    `minimum_files`, unknown ones included). Raises DiabanError as `case_factors` does.
    """
    places = sorted(cases["locality"].unique()) if localities is None else list(localities)
    carried = carried_codes(codes, cases["case_key"], code_book, not_established=not_established)
    names = carried.columns[:-2]
    label = np.zeros(len(names)) if among is None else code_book.set_index("code")[among][names].to_numpy()
    rivals = label[:, None] == label[None, :]
    frames = [
        _bounds(carried.loc[at.index], at.to_numpy(), places, rivals).assign(stream=stream)
        for stream, at in files_by_stream(cases)
    ]
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    result = pd.concat(frames, ignore_index=True)
    few = result["n_files"] < minimum_files
    result[BOUNDS] = result[BOUNDS].mask(few)
    result["withheld"] = pd.Series(pd.NA, index=result.index, dtype="str").mask(few, "too_few_files")
    return result.astype(dict.fromkeys(["locality", "stream", "code"], "str") | WHOLE_NUMBERS)[COLUMNS]


def _bounds(carried: pd.DataFrame, at: np.ndarray, places: list[str], rivals: np.ndarray) -> pd.DataFrame:
    cells = carried.groupby(at)
    count, files = cells.sum().reindex(places, fill_value=0), cells.size().reindex(places, fill_value=0)
    count.loc[WHOLE], files.loc[WHOLE] = carried.sum(), len(carried)
    y, N = count.iloc[:, :-2].to_numpy(), files.to_numpy()[:, None]
    U = count.iloc[:, -2:].to_numpy().sum(axis=1, keepdims=True)
    N_or_missing = np.where(N > 0, N, np.nan)
    mine, other = y[:, :, None], y[:, None, :]
    to_lead = np.where(rivals, other, 0).max(axis=2, initial=0) - y
    columns = {
        "n_coded": y,
        "unknown_files": np.broadcast_to(U, y.shape),
        "n_files": np.broadcast_to(N, y.shape),
        "share_lower": y / N_or_missing,
        "share_upper": (y + U) / N_or_missing,
        "rank_lower": 1 + (rivals & (other > mine + U[:, None])).sum(axis=2),
        "rank_upper": (rivals & (other + U[:, None] >= mine)).sum(axis=2),  # the code itself is its 1
        "files_to_lead": to_lead,
        "could_lead": to_lead <= U,
    }
    frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    frame.insert(0, "code", np.tile(count.columns[:-2].to_numpy(dtype=object), len(count)))
    frame.insert(0, "locality", np.repeat(count.index.to_numpy(dtype=object), y.shape[1]))
    return frame.astype(WHOLE_NUMBERS | {"could_lead": "boolean"})
