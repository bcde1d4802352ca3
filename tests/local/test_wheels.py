import json

import pytest

from sagent.errors import WeightsError
from sagent.providers.local import CATALOGUE, LocalModel, Wheel, WheelFile
from sagent.providers.local._wheels import read_report


def report_of(**sources: object) -> str:
    items = [
        {"metadata": {"name": name}, "download_info": source} for name, source in sources.items()
    ]
    return json.dumps({"version": "1", "install": items})


def source(name: str) -> object:
    return {"url": f"https://x/{name}", "archive_info": {"hashes": {"sha256": name * 2}}}


def test_pips_report_is_read_in_the_order_asked_for() -> None:
    report = report_of(Tiny_Part2=source("b"), tiny_part1=source("a"))

    files = read_report(report, [Wheel("tiny-part1", "1"), Wheel("tiny-part2", "1")])

    assert files == [WheelFile("https://x/a", "aa"), WheelFile("https://x/b", "bb")]


@pytest.mark.parametrize(
    "report",
    ["", "[]", report_of(), report_of(tiny_part1={"url": "https://x/a", "archive_info": {}})],
)
def test_a_report_that_lacks_a_file_or_its_hash_is_refused(report: str) -> None:
    with pytest.raises(WeightsError, match="pip's report"):
        read_report(report, [Wheel("tiny-part1", "1")])


@pytest.mark.parametrize("model", CATALOGUE.values(), ids=CATALOGUE)
def test_the_catalogue_says_of_each_file_what_it_must_be(model: LocalModel) -> None:
    assert len(bytes.fromhex(model.sha256)) == 32
    assert model.hub_url.endswith(f"-GGUF/resolve/main/{model.file_name}")
    assert model.licence == "Apache-2.0"
    assert len({wheel.requirement for wheel in model.wheels}) == len(model.wheels)
