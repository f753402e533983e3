"""The area side: which indicators go with more cases, between places and within them, and how surely."""

from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.decomposition import excess_decomposition
from diaban.analysis.area_factors.importance import factor_importance
from diaban.analysis.area_factors.residuals import residual_autocorrelation
from diaban.analysis.area_factors.robustness import robust_area_factors
from diaban.analysis.area_factors.what_if import what_if

__all__ = [
    "area_factors",
    "excess_decomposition",
    "factor_importance",
    "residual_autocorrelation",
    "robust_area_factors",
    "what_if",
]
