import time

import pytest
from nbformat.v4 import new_notebook, new_output
from notebook_cells import code, html, prose

from diaban.errors import DiabanError
from diaban.run.render import render_body, shown_sections


def body(*cells):
    return render_body(new_notebook(cells=list(cells)))


def test_prose_and_results_come_and_code_does_not():
    page = body(
        prose("# Bù Đăng\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        code("secret_call()", outputs=[html("<p>12 vụ</p>")]),
    )
    assert "Bù Đăng</h1>" in page
    assert "<table>" in page
    assert "<p>12 vụ</p>" in page
    assert "secret_call" not in page
    assert "¶" not in page


def test_streams_plain_text_and_pictures_without_html_stay_in_the_notebook():
    outputs = [
        new_output("stream", text="printed"),
        new_output("execute_result", {"text/plain": "'plain'"}),
        new_output("display_data", {"image/png": "AAAA", "text/plain": "x"}),
        new_output("display_data", {"application/javascript": "alert(1)"}),
    ]
    assert body(code("1", outputs=outputs)).strip() == ""


def test_cells_for_the_researcher_are_left_out():
    page = body(prose("for me", "researcher"), code("1", "researcher", outputs=[html("<p>mine</p>")]))
    assert page.strip() == ""


def test_an_empty_notebook_is_an_empty_body():
    assert body() == ""


def test_html_comes_through_as_it_was_made():
    figure = (
        '<img alt="Cao nhất: 2019 &amp; 2020" src="data:image/png;base64,AAAA"><svg><use href="#a"/></svg>'
    )
    assert figure in body(code("1", outputs=[html(figure)]))


def test_sections_are_what_their_cells_show():
    cells = [
        prose("page.prose()"),
        code("page.findings()", outputs=[html("<p>một</p>")]),
        code(" page.targets()\n", outputs=[html("")]),
        code("page.measures()", outputs=[]),
        code("page.handling(); 1", outputs=[html("<p>khác</p>")]),
        code("page.methods()", outputs=[html("<p>a</p>"), html("<p>b</p>")]),
        code("page.excess()", outputs=[new_output("stream", text="printed")]),
    ]
    assert shown_sections(new_notebook(cells=cells)) == {"findings": "<p>một</p>", "targets": ""}
    assert shown_sections(new_notebook()) == {}


@pytest.mark.parametrize(
    "active",
    [
        "<script>alert(1)</script>",
        '<img src="https://example.org/a.png">',
        "<img src=//example.org/a.png>",
        '<link rel="stylesheet" href="a.css">',
        "<style>@import 'a.css'</style>",
        "<p style=\"background: url('http://example.org/a.png')\">",
        '<p onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_what_is_active_or_loads_from_the_network_is_refused(active):
    with pytest.raises(DiabanError) as raised:
        body(code("1", outputs=[html(active)]))
    assert raised.value.key == "page_not_self_contained"
    with pytest.raises(DiabanError):
        body(prose(active))


def test_links_to_sources_and_names_of_formats_are_not_loading():
    page = '<a href="https://example.org">nguồn</a><svg xmlns="http://www.w3.org/2000/svg"><metadata/></svg>'
    assert page in body(code("1", outputs=[html(page)]))


def test_a_failed_notebook_makes_no_page():
    failed = code("1/0", outputs=[new_output("error", ename="ZeroDivisionError", evalue="x", traceback=[])])
    with pytest.raises(DiabanError, match="ZeroDivisionError"):
        body(failed)


def test_the_notebook_is_not_changed():
    notebook = new_notebook(cells=[prose("a", "researcher"), code("1", outputs=[html("<p>b</p>")])])
    before = str(notebook)
    render_body(notebook)
    assert str(notebook) == before


def test_a_page_of_twenty_cells_and_a_megabyte_renders_in_under_30_ms():
    picture = html(f'<img alt="x" src="data:image/png;base64,{"iVBORw0KGgo" * 10_000}">')
    cells = [cell for _ in range(10) for cell in (prose("text *a*"), code("1", outputs=[picture]))]
    notebook = new_notebook(cells=cells)
    render_body(notebook)
    used = []
    for _ in range(5):
        start = time.process_time()
        render_body(notebook)
        used.append(time.process_time() - start)
    assert min(used) < 0.030
