"""`python -m diaban.bench.truth --seeds 40 --jobs 2`: what the methods find where the causes are known."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from diaban.bench.truth.aims import shortfalls
from diaban.bench.truth.judged import summarise
from diaban.bench.truth.printed import printed
from diaban.bench.truth.questions import QUESTIONS, REPLICATES
from diaban.bench.truth.run import judge_seeds
from diaban.bench.truth.worlds import StudyWorlds, light_world


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    worlds = light_world if options.study is None else StudyWorlds(options.study.resolve())
    seeds = range(options.first, options.first + options.seeds)
    start = time.perf_counter()
    told = judge_seeds(seeds, worlds, questions=options.questions, jobs=options.jobs)
    taken = time.perf_counter() - start
    table = summarise(told.frame)
    print(f"seeds {seeds.start} to {seeds.stop - 1}, {taken:.0f} s on {options.jobs} core(s); {REPLICATES}")
    print("seconds a province: " + ", ".join(f"{name} {s:.1f}" for name, s in told.seconds.items()))
    print(printed(table))
    print("\n".join(shortfalls(table)) or "nothing falls short")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m diaban.bench.truth", description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, help="number of simulated provinces (default 40)")
    parser.add_argument("--first", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="provinces at a time")
    parser.add_argument("--study", type=Path, help="folder with a truth.toml (default: the light province)")
    parser.add_argument("--questions", type=_names, help=f"of {','.join(QUESTIONS)} (default: all)")
    return parser


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(QUESTIONS)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    main()
