"""The release attacks itself: what everything published, now and before, tells of what is hidden."""

from diaban.release.audit.audit import audit
from diaban.release.audit.leaks import Audit, Leak

__all__ = ["Audit", "Leak", "audit"]
