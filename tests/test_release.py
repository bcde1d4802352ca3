"""What a release is made of."""

import re
from pathlib import Path

import pytest
from release_notes import newest_release

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_notes_are_those_of_the_newest_release_alone() -> None:
    changelog = (
        "# Changelog\n\n## [Unreleased]\n\n- c\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- b\n\n"
        "## [0.1.0] - 2026-11-01\n\n- a\n"
    )

    version, notes = newest_release(changelog)

    assert version == "0.2.0"
    assert notes == "### Added\n\n- b"


def test_a_changelog_without_a_release_is_told_so() -> None:
    with pytest.raises(LookupError, match="give \\[Unreleased\\] a version"):
        newest_release("# Changelog\n\n## [Unreleased]\n\n- a\n")


def test_the_tested_versions_name_no_registry() -> None:
    lines = (ROOT / "tests" / "constraints.txt").read_text().splitlines()

    pinned = [line for line in lines if line and not line.startswith("#")]

    assert len(pinned) > 30
    assert [line for line in pinned if not re.match(r"[a-z0-9._-]+==[^\s:]+( ; .*)?$", line)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_gives_no_rights_but_those_that_a_job_names(workflow: Path) -> None:
    assert "\npermissions: {}\n" in workflow.read_text()
