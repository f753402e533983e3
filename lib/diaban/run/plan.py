"""What a stage is protected together with: declared editions, and releases that were given out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diaban.intake.tables import Tables
from diaban.run.choice import Choice, chosen_edition, edition_before
from diaban.run.declared import declared_spec, key_beside, outputs_folder, stage_key
from diaban.run.released import Released, all_released, as_given_out, to_judge_by
from diaban.spec import StudySpec, read_spec
from diaban.spec.editions import EditionSpec


@dataclass(frozen=True)
class Plan:
    """A stage that is to be computed, or found. declared: the declaration as it is now; spec: as it was at
    the edition, for the audience. study: the folder of the study's runs. key: of all that goes in. before:
    the stage of the edition before, if one is declared. releases: what was given out and is judged with it.
    """

    folder: Path
    study: Path
    choice: Choice
    declared: StudySpec
    spec: StudySpec
    edition: EditionSpec | None
    key: str
    before: Plan | None
    releases: tuple[Released, ...]

    @property
    def path(self) -> Path:
        """The folder of its run."""
        return self.study / self.key[:12]

    @property
    def shared(self) -> bool:
        """Whether a later edition is judged together with it."""
        return self.edition is not None and self.edition.published and not self.choice.internal

    @property
    def chain(self) -> frozenset[str]:
        """Keys of all declared editions that it is protected together with."""
        if self.before is None or self.choice.internal:
            return frozenset()
        own = {self.before.key[:12]} if self.before.shared else set()
        return self.before.chain | own

    @property
    def together(self) -> frozenset[str]:
        """Keys of all that it is protected together with."""
        return self.chain | {one.key for one in self.releases}

    def register(self, edition: EditionSpec | None, spec: StudySpec, tables: Tables) -> Tables:
        """`tables` of an edition with what the releases told of them, for all who are not of the office."""
        known = self.releases
        if edition is not None and edition.folder is not None:
            known = tuple(one for one in known if one.cutoff is not None and one.cutoff <= edition.cutoff)
        return as_given_out(tables, spec, known)


def plan_stage(folder: Path, choice: Choice, *, outputs: Path | None = None) -> Plan:
    """The stage of the study in `folder` for `choice`. Files are read for their keys only."""
    declared, spec = read_spec(folder), declared_spec(folder, choice)
    study = (outputs or outputs_folder(folder)) / spec.study.key
    edition = chosen_edition(declared, choice.edition)
    earlier = edition_before(declared, spec.periods.cutoff)
    before = plan_stage(folder, choice._replace(edition=earlier.key), outputs=outputs) if earlier else None
    base = stage_key(spec, folder, choice)
    plan = Plan(folder, study, choice, declared, spec, edition, base, before, ())
    released = [] if choice.internal else all_released(study)
    if not released:
        return plan
    chosen = to_judge_by(released, lambda some: key_beside(base, some), plan.chain)
    return Plan(
        folder, study, choice, declared, spec, edition, key_beside(base, chosen), before, tuple(chosen)
    )
