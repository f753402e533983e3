"""Case files with codes for the tests of the case side."""

import pandas as pd

BOOK = pd.DataFrame(
    {
        "code": ["A", "B", "C", "D", "XX"],
        "kind": ["cause", "condition", "cause", "condition", "not_established"],
        "domain": ["GD", "GD", "NT", "NT", None],
    }
)


def files(given, locality="p", stream="s"):
    """(cases, codes) of one locality from one list of codes a file."""
    keys = [f"{stream}{locality}{i}" for i in range(len(given))]
    cases = pd.DataFrame({"case_key": keys, "locality": locality, "stream": stream})
    rows = [(key, code, 1) for key, codes in zip(keys, given, strict=True) for code in codes]
    return cases, pd.DataFrame(rows, columns=["case_key", "code", "round"])


def study(stream="s", **by_locality):
    """The same of several localities."""
    parts = [files(given, locality, stream) for locality, given in by_locality.items()]
    cases, codes = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))
    return cases, codes


def double_coded(both, first_only, second_only, neither, *, code="A", other="B", stream="s", once=(0, 0)):
    """(cases, codes) of files on which two coders give `code` in these cells, and `other` on every file.

    once: files of the first coder alone, with and without the code.
    """
    first = [1] * (both + first_only) + [0] * (second_only + neither) + [1] * once[0] + [0] * once[1]
    second = [1] * both + [0] * first_only + [1] * second_only + [0] * neither
    cases, codes = files([[other, code] if yes else [other] for yes in first], "p", stream)
    again = [
        (key, c, 2)
        for key, yes in zip(cases["case_key"], second, strict=False)
        for c in [other, code][: 1 + yes]
    ]
    return cases, pd.concat([codes, pd.DataFrame(again, columns=codes.columns)], ignore_index=True)
