import papermill
import pytest
from notebook_cells import code

from diaban.errors import DiabanError
from diaban.run.parameters import NotebookParameter, check_parameters, inspect_parameters, parameter_traps


def test_parameters_read_as_papermills_help_shows_them(make_notebook):
    notebook = make_notebook()
    assert inspect_parameters(notebook) == [
        NotebookParameter("district", "str", '"A"', "name of the district"),
        NotebookParameter("years", "int", "3", "how many years"),
    ]
    assert [p.name for p in inspect_parameters(notebook)] == list(papermill.inspect_notebook(notebook))


def test_a_clean_notebook_has_no_traps(make_notebook):
    assert parameter_traps(make_notebook()) == []


@pytest.mark.parametrize(
    ("line", "trap"),
    [
        ("years: int | None = None  # how many", "missing from --help-notebook"),
        ("years: int = 3  # years=3 is usual", "missing from --help-notebook"),
        ('ward: str = "06037"  # code of the ward', "would turn '06037' into 6037"),
        ('ward: str = "1e5"  # code of the ward', "would turn '1e5' into 100000.0"),
        ('ward: str = "None"  # code of the ward', "into None"),
        ("years: int = 3", "no comment"),
        ("years = 3  # how many", "no type"),
    ],
)
def test_each_trap_is_named(make_notebook, line, trap):
    (found,) = parameter_traps(make_notebook(parameters=line))
    assert trap in found


def test_a_stripped_kernelspec_or_a_missing_or_second_cell_is_a_trap(make_notebook):
    assert "kernelspec" in parameter_traps(make_notebook(kernel=None))[0]
    assert "0 cells" in parameter_traps(make_notebook(parameters=None))[0]
    assert "2 cells" in parameter_traps(make_notebook(code("a: int = 1  # b", "parameters")))[0]


def test_an_unknown_parameter_is_refused_with_the_nearest_and_the_known(make_notebook):
    with pytest.raises(DiabanError) as raised:
        check_parameters(make_notebook(), {"distrct": "A"})
    assert raised.value.fields == {
        "notebook": "study.ipynb",
        "parameter": "distrct",
        "nearest": "district",
        "known": "district, years",
    }


def test_a_notebook_without_parameters_takes_none(make_notebook):
    check_parameters(make_notebook(parameters=None), {})
    with pytest.raises(DiabanError, match="'district'"):
        check_parameters(make_notebook(parameters=None), {"district": "A"})


@pytest.mark.parametrize("parameters", [{"district": 6037}, {"years": "3"}, {"years": True}, {"years": None}])
def test_a_value_of_another_type_is_refused(make_notebook, parameters):
    with pytest.raises(DiabanError) as raised:
        check_parameters(make_notebook(), parameters)
    assert raised.value.key == "parameter_type"


def test_a_parameter_that_the_help_loses_can_still_be_passed(make_notebook):
    check_parameters(make_notebook(parameters="years: int | None = None  # how many"), {"years": 2})
    check_parameters(make_notebook(parameters="share: float = 0.5  # a share"), {"share": 1})
