"""Small notebooks for the tests of the run."""

import nbformat
import pytest
from nbformat.v4 import new_notebook
from notebook_cells import code

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PARAMETERS = 'district: str = "A"  # name of the district\nyears: int = 3  # how many years'


@pytest.fixture
def make_notebook(tmp_path):
    """make_notebook(*cells, name=..., parameters=..., kernel=...) -> path; a str is a code cell."""

    def make(*cells, name="study.ipynb", parameters=PARAMETERS, kernel=KERNEL):
        cells = [cell if not isinstance(cell, str) else code(cell) for cell in cells]
        first = [code(parameters, "parameters")] if parameters is not None else []
        metadata = {"kernelspec": kernel} if kernel else {}
        path = tmp_path / name
        nbformat.write(new_notebook(cells=first + cells, metadata=metadata), path)
        return path

    return make
