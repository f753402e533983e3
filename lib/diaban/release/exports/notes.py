"""What a reader of the workbook must know before the first number."""

from __future__ import annotations

from diaban.release.cube import Cube
from diaban.release.exports.dictionary import words
from diaban.release.exports.marks import audience, internal_lines, mark
from diaban.release.pages.fragment import texts
from diaban.spec import StudySpec


def notes(spec: StudySpec, cube: Cube) -> list[str]:
    """What a reader must know before the first number, in every language of the study."""
    lines = [
        *filter(None, [mark(spec)]),
        spec.study.title.vi,
        spec.study.title.en,
        *internal_lines(spec, cube),
    ]
    for language in spec.study.languages:
        said = words(language)
        if audience(cube) == "share":
            lines.append(str(texts(language)["hidden_legend"]))
            lines.append(said["hidden_rule"].format(threshold=cube.facts["threshold"]))
        per = f"{spec.model.per:,}".replace(",", "." if language == "vi" else ",")
        lines += [said["per_rule"].format(per=per), said["heads"]]
    return [*lines, *spec.study.licences]
