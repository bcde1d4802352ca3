"""All sections at once, told in their order: the only place of the doctor that waits for them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

import attrs
import trio

from sagent.cli._doctor._finding import Finding, Section, failed, unexpected

MOST_S = 5.5
"""How long a section may take; who asks others within it gives up before."""

type Tell = Callable[[str, Sequence[Finding]], Awaitable[None]]
"""Takes what a section of some name has found."""


@attrs.define(eq=False)
class _Outcome:
    findings: tuple[Finding, ...] = attrs.field(default=(), init=False)
    there: trio.Event = attrs.field(factory=trio.Event, init=False)


async def examine(sections: Iterable[Section], tell: Tell) -> tuple[Finding, ...]:
    """Examine all *sections*, and *tell* of each as soon as those before it are told.

    A section that raises, or takes longer than `MOST_S`, has failed, and the others go on.
    """
    outcomes = [(section, _Outcome()) for section in sections]
    found: list[Finding] = []
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        for section, outcome in outcomes:
            nursery.start_soon(_examine, section, outcome)
        try:
            for section, outcome in outcomes:
                await outcome.there.wait()
                if outcome.findings:
                    await tell(section.name, outcome.findings)
                found += outcome.findings
        except Exception as error:  # noqa: BLE001  # raised below, where no nursery groups it
            failure = error
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return tuple(found)


async def _examine(section: Section, outcome: _Outcome) -> None:
    late = failed(
        f"nothing was learned within {MOST_S:g} s",
        "something does not answer, a network drive or a name server perhaps: try again",
    )
    outcome.findings = (late,)
    try:
        with trio.move_on_after(MOST_S):
            outcome.findings = tuple(await section.examine())
    except Exception as error:  # noqa: BLE001  # the doctor is for what nobody thought of
        outcome.findings = (unexpected(error),)
    outcome.there.set()
