"""The declaration of a study: what `study.toml` may say, as a typed model."""

from diaban.spec.model import StudySpec
from diaban.spec.read import read_spec

__all__ = ["StudySpec", "read_spec"]
