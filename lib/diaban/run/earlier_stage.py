"""`python -m diaban.run.earlier_stage JSON`: what `stage_process.start_stage` begins."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from diaban.run.choice import Choice
from diaban.run.compute import keep_edition
from diaban.run.plan import plan_stage


def main(asked: str) -> None:
    """Compute and keep the edition that `asked` describes."""
    told = json.loads(asked)
    folder, outputs = Path(told.pop("folder")), told.pop("outputs")
    keep_edition(plan_stage(folder, Choice(**told), outputs=Path(outputs) if outputs else None))


if __name__ == "__main__":
    main(sys.argv[1])
