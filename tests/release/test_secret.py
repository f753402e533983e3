"""What varies the choice of hidden cells: of the register, and of every row of it."""

from types import SimpleNamespace

import pandas as pd

from diaban.release.secret import secret_of


def tables(**frames) -> SimpleNamespace:
    return SimpleNamespace(present=lambda: frames)


CASES = pd.DataFrame({"case_key": ["c1", "c2"], "day": pd.to_datetime(["2023-01-02", None])})


def test_the_same_register_has_the_same_secret_and_one_other_row_another():
    one = secret_of(tables(cases=CASES))
    assert len(one) == 32
    assert one == secret_of(tables(cases=CASES.copy(), population=pd.DataFrame({"persons": [5]})))
    assert one != secret_of(tables(cases=CASES.assign(case_key=["c1", "c3"])))
    assert one != secret_of(tables(persons=CASES))


def test_without_a_register_there_is_none():
    assert secret_of(tables(population=pd.DataFrame({"persons": [5]}))) == b""
