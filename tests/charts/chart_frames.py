"""Frames for every chart, with the awkward things in them: long Vietnamese labels, markup, hidden rows."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from diaban import charts
from diaban.charts import Chart

MARKUP = 'Kết bạn <script>alert("1")</script> & dụ dỗ $x^2$ qua mạng'
LONG = "Thiếu quản lý ngoài giờ học, cha mẹ đi làm ăn xa theo mùa vụ; cơ sở lưu trú, dịch vụ quản lý lỏng lẻo"


def keys(n: int) -> list[str]:
    return [f"L{i}" for i in range(n)]


LABELS = {key: (MARKUP if i == 0 else f"{LONG} {i}") for i, key in enumerate(keys(60))}


def _dots(n: int, secret: float) -> pd.DataFrame:
    share = 0.1 + 0.4 * np.arange(n) / max(n, 1)
    frame = pd.DataFrame({"label": keys(n), "value": share, "lower": share / 2, "upper": share * 1.5})
    frame["note"] = [f"{i} / 31" for i in range(n)]
    frame["emphasis"] = pd.Series(["worse", pd.NA, "better"] * (n // 3 + 1), dtype=object)[:n]
    return _hide(frame, ["value", "lower", "upper"], secret, note=f"{secret:.4f}")


def _hide(frame: pd.DataFrame, columns: list[str], secret: float, **texts: str) -> pd.DataFrame:
    """The second row is marked hidden, but still carries its numbers, as a careless caller would leave it."""
    frame["hidden"] = np.arange(len(frame)) == 1
    frame[columns] = frame[columns].astype(float).mask(frame["hidden"], secret)
    for name, value in texts.items():
        frame.loc[frame["hidden"], name] = value
    return frame


def _limits() -> pd.DataFrame:
    expected = np.geomspace(2, 90, 40)
    half = 2 / np.sqrt(expected)
    columns = {
        "lower_95": 1 - half,
        "upper_95": 1 + half,
        "lower_99_8": 1 - 1.5 * half,
        "upper_99_8": 1 + 1.5 * half,
    }
    return pd.DataFrame({"expected": expected, **columns})


def _rates(n: int, secret: float) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame({"locality": keys(n), "expected": 5.0 + i, "ratio": 0.6 + (i % 5) / 3.0})
    frame["shrunk_rate"] = 10 + (i * 7) % 11 + 0.5
    frame["rank_lower"], frame["rank_upper"] = np.maximum(1.0, i - 2.0), np.minimum(max(n, 1.0), i + 3.0)
    return _hide(frame, ["ratio", "expected", "shrunk_rate", "rank_lower", "rank_upper"], secret)


def _runs(n: int, secret: float) -> pd.DataFrame:
    frame = pd.DataFrame({"period": [str(2010 + i) for i in range(n)], "observed": 5.0 + np.arange(n) % 4})
    return _hide(frame.assign(expected=6.0, lower=2.0, upper=11.0), ["observed"], secret)


def _profile(n: int, secret: float) -> pd.DataFrame:
    frame = pd.DataFrame({"indicator": keys(n), "value": 4.0 + np.arange(n) % 5, "reference": 5.0})
    frame = frame.assign(quartile_low=4.0, quartile_high=7.0, minimum=2.0, maximum=12.0)
    frame["verdict"] = pd.Series(["worse", "similar", "better", pd.NA] * (n // 4 + 1), dtype=object)[:n]
    frame = frame.assign(lower=frame["value"] - 1, upper=frame["value"] + 2, neighbours=6.0)
    return _hide(frame, ["value", "lower", "upper"], secret)


def _places(n: int) -> pd.DataFrame:
    i = np.arange(n)
    return pd.DataFrame(
        {
            "locality": keys(n),
            "name": [LABELS[key] for key in keys(n)],
            "latitude": 11.5 + (i % 4) / 10,
            "longitude": 106.5 + (i // 4) / 10,
        }
    )


def _neighbours(n: int) -> pd.DataFrame:
    return pd.DataFrame({"a": keys(n)[:-1], "b": keys(n)[1:]}, dtype="str")


def _boundaries(n: int) -> gpd.GeoDataFrame:
    squares = [box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(n)]
    return gpd.GeoDataFrame({"locality": pd.Series(keys(n), dtype="str")}, geometry=squares, crs="EPSG:4326")


def _cells(n: int, secret: float) -> pd.DataFrame:
    pairs = [(row, f"C{column}") for row in keys(n) for column in range(4)]
    frame = pd.DataFrame(pairs, columns=["row", "column"]).assign(value=0.0)
    frame["value"] = (np.arange(len(frame)) % 9) / 10
    frame["text"] = [f"{value:.1f}" for value in frame["value"]]
    return _hide(frame, ["value"], secret, text=f"{secret:.4f}")


def _lines(n: int, secret: float) -> pd.DataFrame:
    pairs = [(label, str(2018 + year)) for label in keys(n) for year in range(4)]
    frame = pd.DataFrame(pairs, columns=["label", "period"])
    return _hide(frame.assign(value=np.arange(len(frame)) % 6 + 1.0), ["value"], secret)


def _components(n: int, secret: float) -> pd.DataFrame:
    """Expected, shares of both signs, and the recorded number last, as far as n rows go."""
    names = ["expected", *keys(max(n - 2, 0)), "observed"][:n]
    shares = 0.5 + np.arange(n) % 4 - 1.5 * (np.arange(n) % 3 == 2)
    frame = pd.DataFrame({"component": names, "cases": shares}, columns=["component", "cases"])
    frame.loc[frame["component"].isin(["expected", "observed"]), "cases"] = 24.0
    frame = frame.assign(lower=frame["cases"] - 0.9, upper=frame["cases"] + 2.5)
    return _hide(frame, ["cases", "lower", "upper"], secret)


def _pairs(n: int, secret: float) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame({"a": keys(n), "b": [f"B{k}" for k in i], "lift": 0.6 + i / 2, "supported": True})
    frame = frame.assign(lower=frame["lift"] / 2, upper=frame["lift"] * 2, n_both=5.0 + i, n_files=31.0)
    return _hide(frame, ["lift", "lower", "upper", "n_both", "n_files"], secret)


def _moments(n: int, secret: float) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame({"moment": keys(n), "share": 0.1 + (i % 5) / 8, "named": i == 3, "note": "ghi chú"})
    frame = frame.assign(lower=frame["share"] / 2, upper=frame["share"] * 1.4, n=3.0 + i, n_files=31.0)
    return _hide(frame, ["share", "lower", "upper", "n", "n_files"], secret, note=f"{secret:.4f}")


def _specifications(n: int, secret: float) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame({"specification": i, "rate_ratio": 0.9 + (i * 7 % 11) / 20})
    frame = frame.assign(lower=frame["rate_ratio"] - 0.15, upper=frame["rate_ratio"] + 0.2)
    frame["controls"] = [";".join(key for bit, key in enumerate(keys(4)) if k >> bit & 1) for k in i]
    frame = frame.assign(lag=i % 3, exposure=np.where(i % 2, "L5", "expected"), pooled="all")
    return _hide(frame, ["rate_ratio", "lower", "upper"], secret)


def _ranked(n: int, secret: float) -> pd.DataFrame:
    return _rates(n, secret).rename(columns={"locality": "factor", "shrunk_rate": "score"}).assign(tied=True)


def _aligned(n: int, secret: float) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame(
        {"panel": [f"P{k // 6}" for k in i], "category": keys(n), "share": 0.1 + (i % 5) / 8}
    )
    frame = frame.assign(
        lower=frame["share"] / 2, upper=frame["share"] * 1.4, reference_share=0.3, n_files=31.0
    )
    frame["differs"] = pd.Series(["above", pd.NA, "below"] * (n // 3 + 1), dtype=object)[:n]
    frame["n"] = 3.0 + i
    return _hide(frame, ["share", "lower", "upper", "n", "n_files", "reference_share"], secret)


def _stages(n: int, secret: float) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame({"stage": keys(n), "n": 900.0 - 20 * i, "n_reports": 900.0, "note": "ghi chú"})
    frame = frame.assign(share=frame["n"] / 900, n_waiting=np.where(i == n - 1, 10.0, np.nan))
    frame = frame.assign(lower=frame["share"] - 0.02, upper=np.minimum(frame["share"] + 0.01, 1))
    return _hide(frame, ["share", "lower", "upper", "n", "n_waiting"], secret, note=f"{secret:.4f}")


def _curves(n: int, secret: float) -> pd.DataFrame:
    """Three kinds of decision by turns; the hidden row is one of the second kind."""
    i = np.arange(n)
    frame = pd.DataFrame({"kind": np.array(["any", *keys(2)])[i % 3], "days": 20 * (i // 3)})
    frame = frame.assign(share=np.minimum(0.1 + 0.015 * i, 0.9))
    frame = frame.assign(lower=frame["share"] * 0.8, upper=np.minimum(frame["share"] * 1.1, 1))
    return _hide(frame, ["share", "lower", "upper"], secret)


def _control(n: int, secret: float) -> pd.DataFrame:
    i = np.arange(n)
    frame = pd.DataFrame({"period": [f"{2010 + k // 12}-{k % 12 + 1:02d}" for k in i], "value": 4.0 + i % 5})
    frame = frame.assign(unit="cases", centre=6.1, lower=0.5, upper=14.5, baseline=i < n // 2)
    frame["reading"] = np.where(i % 7 == 6, "concern", np.where(i % 7 == 3, "improvement", "common"))
    return _hide(frame, ["value"], secret, reading="special" if secret > 1 else "concern")


def _since(n: int, secret: float) -> pd.DataFrame:
    """Both editions' totals around steps of either sign, as far as n rows go."""
    names = ["before", *keys(max(n - 2, 0)), "after"][:n]
    frame = pd.DataFrame(
        {"component": names, "cases": 1.0 + np.arange(n) % 4 * np.where(np.arange(n) % 3, 1, -2)}
    )
    frame.loc[frame["component"].isin(["before", "after"]), "cases"] = 40.0
    return _hide(frame, ["cases"], secret)


MAKERS: dict[str, Callable[..., Chart]] = {
    "aligned_bars": lambda n, secret, **k: charts.aligned_bars(_aligned(n, secret), **k),
    "stage_bars": lambda n, secret, **k: charts.stage_bars(_stages(n, secret), **k),
    "step_curve": lambda n, secret, **k: charts.step_curve(_curves(n, secret), **k),
    "control_chart": lambda n, secret, **k: charts.control_chart(_control(n, secret), **k),
    "waterfall": lambda n, secret, **k: charts.waterfall(_since(n, secret), **k),
    "dot_interval": lambda n, secret, **k: charts.dot_interval(_dots(n, secret), reference=0.2, **k),
    "chain": lambda n, secret, **k: charts.chain(_moments(n, secret), **k),
    "decomposition": lambda n, secret, **k: charts.decomposition(_components(n, secret), **k),
    "pairs": lambda n, secret, **k: charts.pairs(_pairs(n, secret), most=60, **k),
    "rank_list": lambda n, secret, **k: charts.rank_list(_ranked(n, secret), **k),
    "specification_curve": lambda n, secret, **k: charts.specification_curve(_specifications(n, secret), **k),
    "funnel": lambda n, secret, **k: charts.funnel(_rates(n, secret), _limits(), **k),
    "rank_intervals": lambda n, secret, **k: charts.rank_intervals(_rates(n, secret), **k),
    "run_chart": lambda n, secret, **k: charts.run_chart(_runs(n, secret), **k),
    "spine": lambda n, secret, **k: charts.spine(_profile(n, secret), **k),
    "matrix": lambda n, secret, **k: charts.matrix(_cells(n, secret), **k),
    "strip": lambda n, secret, **k: charts.strip(_lines(n, secret), **k),
    "choropleth": lambda n, secret, **k: charts.choropleth(_boundaries(n), _rates(n, secret), **k),
    "schematic_map": lambda n, secret, **k: charts.schematic_map(
        _places(n), _neighbours(n), _rates(n, secret), **k
    ),
    "locator": lambda n, _, **options: _locator(n, **options),
}


def _locator(n: int, **options: object) -> Chart:
    """A locator has neither numbers nor a title of its own."""
    kept = {key: value for key, value in options.items() if key not in {"title", "caption"}}
    return charts.locator(_places(n), _neighbours(n), **{"highlight": "L0", **kept})
