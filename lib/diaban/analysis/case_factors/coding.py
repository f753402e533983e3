"""Which codes a coder gave to which files: the table that the case side counts from."""

from __future__ import annotations

import pandas as pd

from diaban.errors import DiabanError

NOT_ESTABLISHED = "XX"
UNCODED = "uncoded"


def carried_codes(
    codes: pd.DataFrame,
    keys: pd.Series,
    code_book: pd.DataFrame,
    *,
    not_established: str = NOT_ESTABLISHED,
    coder: int = 1,
) -> pd.DataFrame:
    """Files x codes, boolean: what the coder of round `coder` gave to the files of `keys`.

    codes: case_key, code, round, in any order and with repeats. keys: case keys, repeats allowed; each is
    one row (index case_key). code_book: code. Columns: the established codes in the order of the code book,
    then `not_established` (that code and no other) and "uncoded" (none at all), so that a file carries
    either established codes or exactly one of the two.

    Raises DiabanError for a code outside the code book.
    """
    of_round = codes.loc[codes["round"] == coder, ["case_key", "code"]].drop_duplicates()
    of_round = of_round[of_round["case_key"].isin(keys)]
    _refuse_strange(of_round, [*code_book["code"], not_established])
    established = [code for code in code_book["code"] if code != not_established]
    files = pd.Index(keys.unique(), name="case_key")
    given = pd.crosstab(of_round["case_key"], of_round["code"]) > 0
    given = given.reindex(index=files, columns=[*established, not_established], fill_value=False)
    known = given[established].any(axis=1)
    given[not_established] &= ~known
    given[UNCODED] = ~known & ~given[not_established]
    return given.rename_axis(columns="code")


def established(carried: pd.DataFrame) -> pd.DataFrame:
    """The files with at least one established code, and those codes only."""
    codes = carried.iloc[:, :-2]
    return codes[codes.any(axis=1)]


def carried_groups(carried: pd.DataFrame, code_book: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Files x groups, boolean: whether a file carries at least one code of each group.

    carried: files x codes. unit: the column of `code_book` that holds the group of a code, such as kind or
    domain; a code without one is in no group. Groups stand in the order of the code book.
    """
    group = code_book.set_index("code")[unit].reindex(carried.columns).dropna()
    members = {key: group.index[group == key] for key in group.unique()}
    columns = {key: carried[codes].any(axis=1) for key, codes in members.items()}
    return pd.DataFrame(columns, index=carried.index, dtype=bool)


def _refuse_strange(given: pd.DataFrame, known: list[str]) -> None:
    strange = given[~given["code"].isin(known)]
    if len(strange):
        row = strange.iloc[0]
        raise DiabanError(
            "code_not_in_code_book", code=row["code"], case_key=row["case_key"], known=", ".join(known)
        )
