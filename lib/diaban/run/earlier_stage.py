"""`python -m diaban.run.earlier_stage JSON`: what `stage_process.start_stage` begins."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from diaban.run.stage import open_stage


def main(asked: str) -> None:
    """Open, and so compute and keep, the stage that `asked` describes."""
    told = json.loads(asked)
    outputs = told.pop("outputs")
    open_stage(Path(told.pop("folder")), outputs=Path(outputs) if outputs else None, **told)


if __name__ == "__main__":
    main(sys.argv[1])
