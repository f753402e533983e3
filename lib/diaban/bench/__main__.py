"""`python -m diaban.bench`: speed, stage, scale, truth and attack, measured side by side on this machine."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from diaban.bench.measurement import Measurement, Options, write_measurements
from diaban.run.fork_server import child_environment

Part = Callable[[Options], Iterator[Measurement]]


def _speed(options: Options) -> Iterator[Measurement]:
    from diaban.bench.speed import measure

    return measure(options)


def _stage(options: Options) -> Iterator[Measurement]:
    from diaban.bench.stage_parts import measure

    return measure(options)


def _scale(options: Options) -> Iterator[Measurement]:
    from diaban.bench.scale import measure

    return measure(options)


def _truth(options: Options) -> Iterator[Measurement]:
    from diaban.bench.truth_rows import measure

    return measure(options)


def _attack(options: Options) -> Iterator[Measurement]:
    from diaban.bench import attack, choice_again, study_attack

    return chain(attack.measure(options), choice_again.measure(options), study_attack.measure(options))


PARTS: dict[str, Part] = {
    "speed": _speed,
    "stage": _stage,
    "scale": _scale,
    "truth": _truth,
    "attack": _attack,
}


def run_parts(parts: dict[str, Part], options: Options) -> tuple[list[Measurement], list[str]]:
    """Measure every part, printing each row as it comes; the rows, and the names of parts that failed.

    The rows that a failing part gave before it failed are kept.
    """
    rows, failed = [], []
    for name, part in parts.items():
        try:
            for row in part(options):
                if not row.quiet:
                    print(row.line(), flush=True)
                rows.append(row)
        except Exception:
            failed.append(name)
            print(f"{name}: lỗi / failed", flush=True)
            traceback.print_exc()
    return rows, failed


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 1 if a part failed."""
    chosen = _parser().parse_args(arguments)
    with child_environment():
        import numpy  # noqa: F401  (takes one thread, as in a run; the plain loop's kernels take what they like)
    root = Path(__file__).resolve().parents[3]
    data = root / "data"
    options = Options(
        study=chosen.study or data / "binh_phuoc",
        truth=data / "binh_phuoc",
        more=(data / "germany_districts",),
        quick=chosen.quick,
        full=chosen.full,
        seeds=chosen.seeds,
        jobs=chosen.jobs,
        rows=chosen.rows,
    )
    parts = {name: PARTS[name] for name in chosen.only}
    rows, failed = run_parts(parts, options)
    output = chosen.output or root / "outputs" / "bench.json"
    write_measurements(output, rows)
    print(f"\n{len(rows)} số đo / measurements: {output}")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m diaban.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="everything small: to see that the bench works")
    parser.add_argument(
        "--full", action="store_true", help="the plain loop runs every page, none extrapolated"
    )
    parser.add_argument("--only", type=_names, default=list(PARTS), help=f"parts, of {','.join(PARTS)}")
    parser.add_argument("--study", type=Path, help="folder whose pages are made (default data/binh_phuoc)")
    parser.add_argument("--seeds", type=int, default=40, help="simulated provinces (default 40)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="simulated provinces at a time")
    parser.add_argument("--rows", type=int, default=1_000_000, help="case rows of the scale part")
    parser.add_argument("--output", type=Path, help="where to write (default outputs/bench.json)")
    return parser


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(PARTS)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
