"""The case files of a light province: what is truly on them, and what coders write down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.bench.light_area import DISTRICT_SIZES

CODES, DOMAINS = 37, 7
KINDS = ("cause", "condition")
MOMENTS = ("before", "sign", "guardian", "place", "access", "report")
NOT_CODED = {"XX": 0.1, "uncoded": 0.05}
PAIRS = {"clear": (2, 12.0), "strong": (3, 6.0), "moderate": (3, 3.0)}
"""Strength -> how many codes of one district, and how many times the odds elsewhere."""

MIDDLING = (0.08, 0.25)
"""Shares of the codes that are planted so."""

DOMAIN_ODDS = {"strong": 4.0, "moderate": 2.5}
"""The same for all codes of one domain in one district, one domain each."""

TOGETHER = {(0, 1): ("strong", 6.0), (2, 3): ("moderate", 3.0)}
"""Codes that meet in every stream: how strongly, and the odds ratio."""

TOGETHER_SHARE = 0.2
SECOND_SHARE = 0.2


@dataclass(frozen=True)
class Files:
    """The truth of the case files, in the order of the rows of `cases` (case_key, locality, stream).

    present: files x codes; state: "coded", "XX" (nothing could be established) or "uncoded", by file.
    chance: (streams, districts, codes), of a code on a file where something could be established. pairs:
    locality, stream, code, planted. domains: locality, stream, domain, planted.
    """

    cases: pd.DataFrame
    present: np.ndarray
    state: np.ndarray
    chance: np.ndarray
    streams: list[str]
    pairs: pd.DataFrame
    domains: pd.DataFrame

    def first_reading(self) -> pd.DataFrame:
        """case_key, code, round: what one coder writes who makes no mistake."""
        return _written(self, self.present, np.ones(len(self.cases), dtype=bool), 1)

    def two_readings(self, sensitivity: float, specificity: float, seed: int) -> pd.DataFrame:
        """The same by two coders who make mistakes alike, independently; the second reads SECOND_SHARE.

        A code that belongs there is seen with chance `sensitivity`, another is not with `specificity`.
        """
        rng = np.random.default_rng([seed, 2])
        chance = np.where(self.present, sensitivity, 1 - specificity)
        first, second = (rng.random(chance.shape) < chance for _ in range(2))
        every = np.ones(len(self.cases), dtype=bool)
        twice = rng.random(len(every)) < SECOND_SHARE
        written = [_written(self, first, every, 1), _written(self, second, twice, 2)]
        return pd.concat(written, ignore_index=True)

    def together(self) -> pd.DataFrame:
        """stream, a, b, planted, odds_ratio of the codes that meet."""
        names = code_names()
        rows = [(s, names[a], names[b], *how) for s in self.streams for (a, b), how in TOGETHER.items()]
        return pd.DataFrame(rows, columns=["stream", "a", "b", "planted", "odds_ratio"])

    def share_of_any(self, codes: list[int]) -> np.ndarray:
        """(streams, districts): chance that a file carries at least one of `codes`, something established."""
        return 1 - _none_of(self.chance, codes)

    def true_share(self, codes: list[int]) -> np.ndarray:
        """The same among files with at least one code: what the shares of coded files estimate."""
        return self.share_of_any(codes) / self.share_of_any(list(range(CODES)))

    def true_shares(self) -> pd.Series:
        """The same for each single code, by locality, stream and code."""
        places = _district_names(range(self.chance.shape[1]))
        shares = np.stack([self.true_share([c]) for c in range(CODES)], axis=-1)
        levels = {"stream": self.streams, "locality": places, "code": code_names()}
        index = pd.MultiIndex.from_product(levels.values(), names=list(levels))
        flat = pd.Series(shares.ravel(), index=index, name="true")
        return flat.reorder_levels(["locality", "stream", "code"]).sort_index()

    def chance_by_file(self) -> np.ndarray:
        """`chance` of every file: files x codes."""
        stream = self.cases["stream"].map({s: i for i, s in enumerate(self.streams)})
        return self.chance[stream, self.cases["locality"].str[1:].astype(int)]


def code_names() -> list[str]:
    return [f"K{c:02d}" for c in range(CODES)]


def domain_of(code: int) -> str:
    return f"M{code % DOMAINS}"


def code_book() -> pd.DataFrame:
    """code, kind, domain, moment, in the shape of a study's code book."""
    numbers = range(CODES)
    book = {
        "code": code_names(),
        "kind": [KINDS[c // DOMAINS % 2] for c in numbers],
        "domain": [domain_of(c) for c in numbers],
        "moment": [MOMENTS[c % len(MOMENTS)] for c in numbers],
    }
    unclear = {"code": ["XX"], "kind": ["not_established"], "domain": [pd.NA], "moment": [pd.NA]}
    return pd.concat([pd.DataFrame(book), pd.DataFrame(unclear)], ignore_index=True).astype("str")


def joint_share(a: np.ndarray, b: np.ndarray, odds_ratio: float) -> np.ndarray:
    """P(both) of two events with shares `a` and `b` and this odds ratio (Plackett 1965)."""
    s = 1 + (odds_ratio - 1) * (a + b)
    root = np.sqrt(s**2 - 4 * odds_ratio * (odds_ratio - 1) * a * b)
    return (s - root) / (2 * (odds_ratio - 1))


def case_files(
    rng: np.random.Generator,
    seed: int,
    counts: Mapping[str, np.ndarray],
    district: np.ndarray,
    clear_at: Sequence[int],
) -> Files:
    """Files at the report level for `counts` (communes x periods, by stream).

    clear_at: districts of the codes that are planted "clear", in this order.
    """
    share = np.clip(rng.lognormal(np.log(0.05), 0.8, (len(counts), CODES)), 0.005, 0.4)
    share[:, [code for pair in TOGETHER for code in pair]] = TOGETHER_SHARE
    odds = np.repeat((share / (1 - share))[:, None, :], len(DISTRICT_SIZES), axis=1)
    streams = list(counts)
    planting = np.random.default_rng([seed, 1])
    domains = _plant_domains(planting, odds, streams)
    pairs = _plant_pairs(planting, odds, share, streams, domains, clear_at)
    chance = odds / (1 + odds)
    of_file = pd.concat(
        pd.DataFrame({"stream": s, "district": np.repeat(district, y.sum(axis=1))})
        for s, y in enumerate(counts.values())
    ).reset_index(drop=True)
    mine = chance[of_file["stream"], of_file["district"]]
    present = rng.random(mine.shape) < mine
    for (a, b), (_, odds_ratio) in TOGETHER.items():
        both = joint_share(mine[:, a], mine[:, b], odds_ratio)
        given = np.where(present[:, a], both / mine[:, a], (mine[:, b] - both) / (1 - mine[:, a]))
        present[:, b] = rng.random(len(given)) < given
    states = ["coded", *NOT_CODED]
    state = rng.choice(states, len(of_file), p=[1 - sum(NOT_CODED.values()), *NOT_CODED.values()])
    cases = pd.DataFrame(
        {
            "case_key": of_file.index.map("F{:05d}".format),
            "locality": _district_names(of_file["district"]),
            "stream": np.array(streams)[of_file["stream"]],
        }
    )
    return Files(cases, present, state, chance, streams, pairs, domains)


def _plant_domains(rng: np.random.Generator, odds: np.ndarray, streams: list[str]) -> pd.DataFrame:
    """Raises the odds of whole domains that hold no code of TOGETHER; one stream each."""
    free = [d for d in range(DOMAINS) if d not in {c % DOMAINS for pair in TOGETHER for c in pair}]
    rows = []
    for strength, times in DOMAIN_ODDS.items():
        stream, place = rng.integers(odds.shape[0]), rng.integers(odds.shape[1])
        domain = free.pop(rng.integers(len(free)))
        odds[stream, place, domain::DOMAINS] *= times
        rows.append((f"D{place:02d}", streams[stream], f"M{domain}", strength))
    return pd.DataFrame(rows, columns=["locality", "stream", "domain", "planted"])


def _plant_pairs(
    rng: np.random.Generator,
    odds: np.ndarray,
    share: np.ndarray,
    streams: list[str],
    domains: pd.DataFrame,
    clear_at: Sequence[int],
) -> pd.DataFrame:
    """Raises the odds of codes of middling share, each in one district; none twice."""
    can = (share >= MIDDLING[0]) & (share <= MIDDLING[1])
    can[:, [code for pair in TOGETHER for code in pair]] = False
    can[:, [c for c in range(CODES) if domain_of(c) in set(domains["domain"])]] = False
    stream, code = np.nonzero(can)
    planted = [(strength, times) for strength, (n, times) in PAIRS.items() for _ in range(n)]
    chosen = rng.choice(len(stream), min(len(planted), len(stream)), replace=False)
    places = [*clear_at, *rng.integers(0, odds.shape[1], len(planted) - len(clear_at))]
    rows = []
    for (strength, times), i, place in zip(planted, chosen, places, strict=False):
        odds[stream[i], place, code[i]] *= times
        rows.append((f"D{place:02d}", streams[stream[i]], code_names()[code[i]], strength))
    return pd.DataFrame(rows, columns=["locality", "stream", "code", "planted"])


def _none_of(chance: np.ndarray, codes: list[int]) -> np.ndarray:
    none, left = np.ones(chance.shape[:-1]), set(codes)
    for (a, b), (_, odds_ratio) in TOGETHER.items():
        if {a, b} <= left:
            both = joint_share(chance[..., a], chance[..., b], odds_ratio)
            none = none * (1 - chance[..., a] - chance[..., b] + both)
            left -= {a, b}
    return none * (1 - chance[..., sorted(left)]).prod(axis=-1)


def _written(files: Files, seen: np.ndarray, read: np.ndarray, number: int) -> pd.DataFrame:
    """Rows of what is seen on the files that are read; a file on which nothing is seen carries XX."""
    keys, names = files.cases["case_key"].to_numpy(), np.array(code_names())
    row, column = np.nonzero(seen & (read & (files.state == "coded"))[:, None])
    empty = (files.state == "XX") | ((files.state == "coded") & ~seen.any(axis=1))
    given = pd.DataFrame({"case_key": keys[row], "code": names[column]})
    unclear = pd.DataFrame({"case_key": keys[read & empty], "code": "XX"})
    return pd.concat([given, unclear], ignore_index=True).assign(round=number)


def _district_names(numbers: Iterable[int]) -> list[str]:
    return [f"D{g:02d}" for g in numbers]
