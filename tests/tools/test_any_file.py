"""The file tools under any arguments and any content: a result or an error, never an exception."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_files import pdf

from sagent.lib.json import JSON, json_dumps
from sagent.message import JsonMessage, Message, is_error, is_message, response_text
from sagent.tool import Binding, Workspace
from sagent.tools import TOOLS

FILE_TOOLS = ["Edit", "Glob", "Grep", "List", "MultiEdit", "Read", "Write"]

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
_PARAMETERS = st.sampled_from(
    [
        "file_path", "path", "pattern", "content", "old_string", "new_string", "replace_all", "edits",
        "offset", "limit", "last_lines", "column", "pages", "images", "glob", "type", "exclude",
        "output_mode", "-A", "-C", "keep_first", "keep_last", "max_results", "multiline", "pcre",
    ]
)  # fmt: skip
_STARTS = st.sampled_from(
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"BM",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"RIFF",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff\0",
    ]
)
_CONTENTS = st.builds(bytes.__add__, _STARTS, st.binary(max_size=200))
_NOTEBOOKS = st.dictionaries(
    st.sampled_from(["cells", "metadata"]),
    st.lists(
        st.dictionaries(
            st.sampled_from(["cell_type", "source", "outputs", "data"]),
            st.lists(
                st.dictionaries(
                    st.sampled_from(["output_type", "data", "text", "traceback"]), _JSON
                )
            )
            | _JSON,
        )
    )
    | _JSON,
)


def result_of(name: str, directive: Mapping[str, JSON], files: Mapping[str, bytes]) -> Message:
    with TemporaryDirectory() as folder:
        for file_name, content in files.items():
            (Path(folder) / file_name).write_bytes(content)
        tool = TOOLS[name]().bind(Binding(agent="any", workspace=Workspace(Path(folder))))
        return trio.run(tool.run, JsonMessage(directive))


def _harmless(directive: Mapping[str, JSON]) -> bool:
    # Outside of its own folder an arbitrary name could be anybody's.
    places = (str(directive.get(name, "")) for name in ("file_path", "path", "pattern"))
    return not any(place.startswith(("/", "..", "~")) for place in places)


@pytest.mark.parametrize("name", FILE_TOOLS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    directive=st.dictionaries(_PARAMETERS, _JSON | st.just("a.txt"), max_size=5).filter(_harmless)
)
def test_arguments_that_fit_no_schema_give_a_result_or_an_error(
    name: str, directive: dict[str, JSON]
) -> None:
    assert is_message(result_of(name, directive, {"a.txt": b"one\n"}))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=_CONTENTS, name=st.sampled_from(["a.txt", "a.ipynb", "a.png", "a.pdf"]))
def test_any_bytes_can_be_read_but_for_broken_images(content: bytes, name: str) -> None:
    result = result_of("Read", {"file_path": name}, {name: content})

    assert not is_error(result) or "cannot be shown as image/" in response_text(result)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=_NOTEBOOKS)
def test_any_notebook_can_be_read(content: dict[str, JSON]) -> None:
    assert not is_error(
        result_of("Read", {"file_path": "a.ipynb"}, {"a.ipynb": json_dumps(content).encode()})
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 700), octets=st.binary(min_size=1, max_size=30))
def test_a_pdf_with_any_bytes_in_it_gives_a_result_or_an_error(place: int, octets: bytes) -> None:
    whole = pdf(["one", ""])
    broken = whole[:place] + octets + whole[place + len(octets) :]

    assert is_message(result_of("Read", {"file_path": "a.pdf"}, {"a.pdf": broken}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=_CONTENTS,
    name=st.sampled_from(["Edit", "MultiEdit", "Write", "Grep"]),
    old=st.text(max_size=3),
)
def test_any_bytes_can_be_changed_or_searched_or_are_refused(
    content: bytes, name: str, old: str
) -> None:
    edit: dict[str, JSON] = {"old_string": old, "new_string": "new", "replace_all": True}
    directives: dict[str, dict[str, JSON]] = {
        "Edit": {"file_path": "a.txt"} | edit,
        "MultiEdit": {"file_path": "a.txt", "edits": [edit, edit]},
        "Write": {"file_path": "a.txt", "content": old},
        "Grep": {"pattern": old, "path": "a.txt", "output_mode": "content"},
    }

    assert is_message(result_of(name, directives[name], {"a.txt": content}))


@pytest.mark.parametrize(
    ("mark", "codec"),
    [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"", "utf-16"), (b"", "latin-1")],
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("last", ["", "end"])
async def test_what_stands_elsewhere_in_a_file_stays_byte_for_byte(
    tmp_path: Path, mark: bytes, codec: str, end: str, last: str
) -> None:
    before = end.join(["café", "old", "thé", last])
    path = tmp_path / "a.txt"
    path.write_bytes(mark + before.encode(codec))
    path.chmod(0o640)
    tool = TOOLS["MultiEdit"]().bind(Binding(agent="any", workspace=Workspace(tmp_path)))

    edits: list[JSON] = [
        {"old_string": "old\nth", "new_string": "new\nth"},
        {"old_string": "new", "new_string": "newer"},
    ]
    await tool.run(JsonMessage({"file_path": "a.txt", "edits": edits}))

    assert path.read_bytes() == mark + before.replace("old", "newer").encode(codec)
    assert path.stat().st_mode & 0o777 == 0o640
