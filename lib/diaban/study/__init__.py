"""The researcher's way in: open a study, ask it questions."""

from diaban.study.study import Study, open_study

__all__ = ["Study", "open_study"]
