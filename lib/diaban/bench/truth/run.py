"""Every question put to every province, on as many cores as are given."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import pandas as pd
from threadpoolctl import threadpool_limits

from diaban.bench.truth.judged import join, summarise
from diaban.bench.truth.questions import QUESTIONS
from diaban.bench.truth.worlds import World, light_world

Worlds = Callable[[int], World]


@dataclass(frozen=True)
class Judgements:
    """frame: `judged` of all questions, with seed. seconds: processor time of a province by question."""

    frame: pd.DataFrame
    seconds: pd.Series


def truth_bench(
    seeds: Iterable[int],
    worlds: Worlds = light_world,
    *,
    questions: Sequence[str] | None = None,
    jobs: int = 1,
) -> pd.DataFrame:
    """The table of `summarise`, from one province a seed. questions: keys of QUESTIONS, all by default."""
    return summarise(judge_seeds(seeds, worlds, questions=questions, jobs=jobs).frame)


def judge_seeds(
    seeds: Iterable[int],
    worlds: Worlds = light_world,
    *,
    questions: Sequence[str] | None = None,
    jobs: int = 1,
) -> Judgements:
    """What all questions come to in each province, seed after seed whatever the number of jobs."""
    names = list(QUESTIONS) if questions is None else list(questions)
    one = partial(judge_seed, worlds=worlds, names=names)
    if jobs == 1:
        told = [one(seed) for seed in seeds]
    else:
        context = multiprocessing.get_context("spawn")  # forking what has threads can hang
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            told = list(pool.map(one, seeds))
    frames = [judgement.frame for judgement in told]
    order = {name: i for i, name in enumerate(names)}
    frame = join(frames).sort_values("question", key=lambda q: q.map(order), kind="stable")
    return Judgements(frame.reset_index(drop=True), pd.DataFrame([j.seconds for j in told]).mean())


def judge_seed(seed: int, *, worlds: Worlds, names: Sequence[str]) -> Judgements:
    world = worlds(seed)
    frames, seconds = [], {}
    for name in names:
        question = QUESTIONS[name]
        if question.light and not world.light:
            continue
        start = time.process_time()
        with threadpool_limits(1):
            frames.append(question.judge(world).assign(question=name))
        seconds[name] = time.process_time() - start
    return Judgements(join(frames).assign(seed=seed), pd.Series(seconds))
