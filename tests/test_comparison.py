"""The page that compares us with others says nothing without a source."""

from make_comparison import PAGE, load


def test_every_cell_of_every_table_has_a_known_source() -> None:
    comparison = load()

    bare = [
        (row.what, project)
        for table in comparison.tables
        for row in table.rows
        for project in table.projects
        if not row.cells[project][1:] or not set(row.cells[project][1:]) <= set(comparison.sources)
    ]

    assert bare == []


def test_every_source_is_used() -> None:
    comparison = load()

    used = {
        key
        for table in comparison.tables
        for row in table.rows
        for cell in row.cells.values()
        for key in cell[1:]
    }

    assert used | {key for each in comparison.projects for key in each.sources} == set(
        comparison.sources
    )


def test_the_page_is_made_from_the_file() -> None:
    assert PAGE.read_text(encoding="utf-8") == load().page()
