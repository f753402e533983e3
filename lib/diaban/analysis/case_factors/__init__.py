"""The case side: causes and conditions coded on case files."""

from diaban.analysis.case_factors.aoristic import event_season
from diaban.analysis.case_factors.co_occurrence import co_occurrence
from diaban.analysis.case_factors.coder_agreement import coder_agreement
from diaban.analysis.case_factors.configurations import configurations
from diaban.analysis.case_factors.event_chain import event_chain
from diaban.analysis.case_factors.event_lags import event_lags, files_within
from diaban.analysis.case_factors.event_moments import event_moments
from diaban.analysis.case_factors.groups import case_groups
from diaban.analysis.case_factors.misclassification import misclassification
from diaban.analysis.case_factors.prevalence import NOT_ESTABLISHED, UNCODED, case_factors
from diaban.analysis.case_factors.sensitivity import coding_sensitivity
from diaban.analysis.case_factors.shares import case_shares

__all__ = [
    "NOT_ESTABLISHED",
    "UNCODED",
    "case_factors",
    "case_groups",
    "case_shares",
    "co_occurrence",
    "coder_agreement",
    "coding_sensitivity",
    "configurations",
    "event_chain",
    "event_lags",
    "event_moments",
    "event_season",
    "files_within",
    "misclassification",
]
