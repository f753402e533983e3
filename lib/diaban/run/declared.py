"""What a stage is made of, before anything is read: the declaration, and the key of all that goes in."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from diaban.editions import as_of, edition_files
from diaban.run.choice import Choice, chosen_edition, is_earlier
from diaban.run.keys import code_key, content_key
from diaban.run.released import Released
from diaban.run.review_file import REVIEW_FILE
from diaban.spec import StudySpec, read_spec
from diaban.spec.model import DisclosureSpec

VERSIONS = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib")


def outputs_folder(folder: Path) -> Path:
    """Where the runs of the study in `folder` go: `outputs` beside the folder that holds the studies; beside
    the link, where the study is one."""
    return folder.absolute().parent.parent / "outputs"


def declared_spec(folder: Path, choice: Choice) -> StudySpec:
    """The study's declaration, as it was at the chosen edition and for the chosen audience."""
    spec = read_spec(folder)
    edition = chosen_edition(spec, choice.edition)
    if edition is not None and is_earlier(spec, edition):
        spec = as_of(spec, edition, edition_files(spec, folder, edition))
    if choice.within is not None:
        places = spec.places.model_copy(update={"report_parent": choice.within})
        spec = spec.model_copy(update={"places": places})
    if choice.internal:
        spec = spec.model_copy(
            update={"disclosure": DisclosureSpec.model_construct(threshold=0, child_victims=0, reason=None)}
        )
    return spec


def stage_key(spec: StudySpec, folder: Path, choice: Choice) -> str:
    """Content key of the study's files, its reference data, the code and the versions that compute."""
    named = (spec.reference.code_book, spec.reference.more_codes, spec.reference.measures)
    reference = [folder / path for path in named if path]
    study = [path for path in sorted(folder.resolve().iterdir()) if path.name != REVIEW_FILE]
    inputs = [*study, *(path.resolve() for path in reference)]
    parameters = {"code": code_key("diaban"), **choice._asdict(), "within": spec.places.report_parent}
    return content_key(inputs, parameters, {name: version(name) for name in VERSIONS})


def key_beside(key: str, releases: Sequence[Released]) -> str:
    """The key of a stage that is protected together with `releases`."""
    if not releases:
        return key
    return content_key([], {"stage": key, "released": sorted(one.key for one in releases)}, {})
