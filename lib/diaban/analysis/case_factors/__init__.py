"""The case side: causes and conditions coded on case files."""

from diaban.analysis.case_factors.coder_agreement import coder_agreement
from diaban.analysis.case_factors.prevalence import NOT_ESTABLISHED, UNCODED, case_factors

__all__ = ["NOT_ESTABLISHED", "UNCODED", "case_factors", "coder_agreement"]
