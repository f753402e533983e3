"""The files of a release read again, beside those that were made again from the cube."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from diaban.errors import DiabanError
from diaban.language.catalogue import LANGUAGES
from diaban.release.review import WITHHELD, every_finding, review_of
from diaban.release.words_of import words_of
from diaban.run.archive import changed_files, contents
from diaban.run.review_file import read_reviews
from diaban.run.reviewed import reviewed
from diaban.run.stage import Stage


def second_reading(stage: Stage, built: Path, again: Path, alone: list[str]) -> list[DiabanError]:
    """What a second reading of the files finds; a byte that differs stops the release whatever it says."""
    from diaban.release.reread import reread

    localities = stage.cube["localities"]
    points = localities[["latitude", "longitude"]].dropna().itertuples(index=False, name=None)
    problems = reread(
        built,
        again,
        simulated=stage.spec.study.simulated,
        internal_folder=stage.path / "internal",
        names=localities["name"].tolist(),
        points=list(points),
        alone=alone,
    )
    told = {problem.file.split("!")[0] for problem in problems}
    different = [name for name in changed_files(built, again) if name not in told and name not in alone]
    return [
        *(DiabanError("release_problem", **_in_both(problem.message)) for problem in problems),
        *(DiabanError("release_differs", file=name) for name in different),
    ]


def told_though_withheld(stage: Stage, period: str, built: Path) -> list[DiabanError]:
    """Findings that reviewers withheld and that the files tell all the same."""
    from diaban.run.still_told import still_told

    if not any(review.decision == WITHHELD for review in read_reviews(stage.folder)):
        return []
    cube = reviewed(stage, period).cube
    made = every_finding(stage.spec, cube, period=period)
    languages = stage.spec.study.languages
    words = {language: words_of(stage.spec, cube, language) for language in languages}
    withheld, printed = [], set()
    for finding in made:
        said = {words[language].say(finding).claim for language in languages}
        if (review := review_of(cube, finding)) and review.decision == WITHHELD:
            withheld.append((finding.key, said))
        else:
            printed |= said
    return [
        DiabanError("release_withheld", finding=key, file=name)
        for key, name in still_told(contents(built), withheld, printed)
    ]


def _in_both(message: Callable[[str], str]) -> dict[str, str]:
    return {f"detail_{language}": message(language) for language in LANGUAGES}
