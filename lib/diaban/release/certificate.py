"""The certificate of a release: as JSON, as a page in either language, and in the README."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from diaban.language.catalogue import LANGUAGES, catalogue
from diaban.language.numbers import number, percent
from diaban.release.cube import Cube
from diaban.release.exports.marks import identity
from diaban.release.pages.fragment import page, render
from diaban.release.review import ACCEPTED, REVIEWS, WITHHELD
from diaban.spec import StudySpec

SCHEMA = 3

CLASSES = (
    {name: name for name in ("count", "files", "theme", "reports", "events")}
    | {"all files": "files"}
    | {"change": "change"}
)
"""First part of the name of a cell -> what it counts, of the texts."""


def certificate_record(
    cube: Cube,
    spec: StudySpec,
    audited: Mapping[str, Any],
    *,
    name: str,
    final: bool,
    period: str,
    languages: Sequence[str],
    files: int,
    waiting: int,
) -> dict[str, Any]:
    """What a release says of itself, fit for JSON.

    audited: the certificate of the audit; its seconds are given as minutes, rounded up, so that the same
    release has the same bytes. files: how many were read again. waiting: findings without a decision.
    """
    decisions = [review.decision for review in cube.facts.get(REVIEWS, [])]
    audited = {**audited}
    minutes = max(1, math.ceil(audited.pop("seconds", 0) / 60))
    return {
        "certificate": SCHEMA,
        "release": name,
        **identity(spec, cube, period),
        "languages": list(languages),
        "final": final,
        "review": {
            "open": waiting,
            "accepted": decisions.count(ACCEPTED),
            "withheld": decisions.count(WITHHELD),
        },
        "audit": audited | {"minutes_at_most": minutes},
        "files": {"read_again": files, "made_again_from_the_cube": files},
        "program": {"diaban": version("diaban")},
    }


def certificate_files(spec: StudySpec, record: Mapping[str, Any]) -> dict[str, str]:
    """File name -> text: certificate.json, a page a language, README.txt."""
    pages = {f"certificate-{language}.html": _page(spec, record, language) for language in LANGUAGES}
    return pages | {
        "certificate.json": json.dumps(record, ensure_ascii=False, indent=1) + "\n",
        "README.txt": _readme(spec, record),
    }


def _page(spec: StudySpec, record: Mapping[str, Any], language: str) -> str:
    title = _said("title", language)
    body = render(
        "certificate",
        title=title,
        study=spec.study.title[language],
        release=record["release"],
        sentences=_sentences(record, language),
    )
    return page(body.html, title=title, language=language, simulated=bool(record["simulated"]))


def _readme(spec: StudySpec, record: Mapping[str, Any]) -> str:
    """What is in the archive, in both languages."""
    lines = [str(record["mark"]), ""] if record["mark"] else []
    for language in LANGUAGES:
        head = [spec.study.title[language], record["release"], ""]
        named = spec.study.licences
        licences = [_said("licences", language), *named, ""] if named else []
        lines += [*head, *_said("readme", language).strip().splitlines(), "", *licences]
        lines += [*_sentences(record, language), "", ""]
    return "\n".join(lines).rstrip() + "\n"


def _sentences(record: Mapping[str, Any], language: str) -> list[str]:
    """The certificate in plain words."""
    audited, review = record["audit"], record["review"]
    cells, attacked, narrowest = audited["cells"], audited["attacked"], audited["narrowest"]
    counts = {**cells, **attacked, "files": record["files"]["read_again"], **audited, **review}
    fields = {
        name: number(value, language) for name, value in counts.items() if isinstance(value, int | float)
    }
    fields |= {"share": percent(cells["hidden_share"], language), "editions": str(len(audited["editions"]))}
    fitted, small = audited["fitted_together"], audited["if_known_to_be_small"]
    told = {**fitted, **small, "top": audited["threshold"] - 1}
    fields |= {name: number(value, language) for name, value in told.items()}
    fields["of_at_least"] = percent(small["of_at_least"], language)
    keys = ["cells", "attack", *(["fitted"] if fitted["statements"] else [])]
    keys += ["in_steps"] if audited["in_steps"] else []
    keys += ["narrowest", "small", "by_design"] if narrowest else ["nothing_hidden"]
    keys += [*(["told_before"] if audited["told_before"] else []), "files"]
    keys.append("reviewed" if not review["open"] else "draft")
    if narrowest:
        fields |= {name: number(narrowest[name], language) for name in ("width", "needed")}
        fields["what"] = _said(f"class_{CLASSES.get(narrowest['class'], 'other')}", language)
    return [_said(key, language).format(**fields) for key in keys]


def _said(key: str, language: str) -> str:
    return catalogue("certificate")[key][language]
