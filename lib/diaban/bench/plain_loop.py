"""What one would write without a conductor: papermill with a kernel a notebook, then nbconvert, in a loop.

`python -m diaban.bench.plain_loop NOTEBOOK STUDY FOLDER LOCALITY ...` prints the seconds of each page.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import papermill
from nbconvert import HTMLExporter


def plain_page(notebook: Path, study: Path, folder: Path, locality: str) -> float:
    """Run the notebook for one locality in its own kernel and write FOLDER/<locality>.html; seconds."""
    start = time.perf_counter()
    executed = str(folder / f"{locality}.ipynb")
    parameters = {"study": str(study), "district": locality}
    papermill.execute_notebook(str(notebook), executed, parameters, kernel_name="python3", progress_bar=False)
    html, _ = HTMLExporter().from_filename(executed)
    (folder / f"{locality}.html").write_text(html, encoding="utf-8")
    return time.perf_counter() - start


def main(arguments: list[str]) -> None:
    notebook, study, folder, *localities = arguments
    Path(folder).mkdir(parents=True, exist_ok=True)
    for locality in localities:
        print(plain_page(Path(notebook), Path(study), Path(folder), locality), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
