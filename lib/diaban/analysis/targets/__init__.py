"""The plan's targets: what the count says, what the evidence says, and what could be seen at all."""

from diaban.analysis.targets.fewest import fewest
from diaban.analysis.targets.frames import WHOLE, Target
from diaban.analysis.targets.mid_year import mid_year
from diaban.analysis.targets.pooled import pooled_attainment
from diaban.analysis.targets.season import season_shares
from diaban.analysis.targets.share_target import share_target
from diaban.analysis.targets.target_table import target_table
from diaban.analysis.targets.verdict import VERDICTS

__all__ = [
    "VERDICTS",
    "WHOLE",
    "Target",
    "fewest",
    "mid_year",
    "pooled_attainment",
    "season_shares",
    "share_target",
    "target_table",
]
