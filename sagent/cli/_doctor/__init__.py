"""``sagent doctor``: what works on this machine, what does not, and what to do about it."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import attrs
import trio

from sagent.cli._doctor._config import look_at_config
from sagent.cli._doctor._examination import examine
from sagent.cli._doctor._finding import Finding, Section, looking
from sagent.cli._doctor._home import look_at_home
from sagent.cli._doctor._local import look_at_local
from sagent.cli._doctor._network import look_at_network
from sagent.cli._doctor._programs import examine_programs
from sagent.cli._doctor._project import look_at_project
from sagent.cli._doctor._rows import Look, json_rows
from sagent.cli._doctor._services import look_at_services
from sagent.cli._doctor._terminal import Surroundings, look_at_terminal
from sagent.cli._doctor._vendors import examine_offline, examine_online
from sagent.cli._doctor._versions import look_at_versions
from sagent.cli._doctor_parser import DoctorOptions
from sagent.cli._exit_code import DONE, FAILED
from sagent.cli._last_stop import settled
from sagent.cli._mask import Mask
from sagent.cli._streams import write_out
from sagent.cli._until_signal import End, until_signal
from sagent.process import secret_values

__all__ = ["run_doctor"]


def run_doctor(options: DoctorOptions) -> int:
    """Examine this machine, tell what was found, and give the exit code."""
    return settled(lambda: trio.run(until_signal, partial(_examine, options)))


async def _examine(options: DoctorOptions, end: End) -> int:  # noqa: ARG001  # a signal ends it
    look = Look.of(os.environ, at_terminal=sys.stdout.isatty(), encoding=sys.stdout.encoding or "")
    rows: Callable[[str, Sequence[Finding]], Iterator[str]] = (
        json_rows if options.json else look.rows
    )

    mask = Mask(secret_values(os.environ))  # servers repeat some of what they are sent

    async def tell(name: str, findings: Sequence[Finding]) -> None:
        cleaned = [_without_secrets(finding, mask) for finding in findings]
        await write_out("".join(f"{row}\n" for row in rows(name, cleaned)))

    found = await examine(_sections(options), tell)
    if not options.json:
        await write_out(f"{look.summary(found)}\n")
    return FAILED if any(finding.level == "failed" for finding in found) else DONE


def _sections(options: DoctorOptions) -> tuple[Section, ...]:
    """List what is looked at; what takes longest comes last, so that the rest is told at once."""
    return (
        looking("versions", look_at_versions),
        looking("terminal", partial(look_at_terminal, Surroundings.of_process())),
        looking("home", look_at_home),
        looking("configuration", look_at_config),
        looking("project", look_at_project),
        looking("local model", look_at_local),
        Section("programs", examine_programs),
        looking("services", look_at_services),
        looking("network", look_at_network),
        Section("providers", examine_offline if options.offline else examine_online),
    )


def _without_secrets(finding: Finding, mask: Mask) -> Finding:
    return attrs.evolve(finding, what=mask.hide(finding.what), remedy=mask.hide(finding.remedy))
