"""What a user says on the command line, with the files that they name in it."""

import sys

import attrs

from sagent.agent import Agent, Prompt
from sagent.cli._piped import read_piped
from sagent.cli._streams import complain
from sagent.message import Descriptor, TextMessage
from sagent.tools._attach import attach_named, place_for


async def said(text: str, agent: Agent) -> Prompt:
    """Make a prompt of *text*, with the files that it names, and what is piped in beside it.

    What is attached is told at a terminal.

    Raises:
        UsageError: too much is piped in.
    """
    attached = await attach_named(text, place_for(agent), agent.model)
    for fault in attached.faults:
        complain(fault)
    rows, parts = attached.rows, attached.parts
    if (piped := await read_piped()).strip():
        count = len(piped.splitlines())
        rows = (*rows, f"attached standard input ({count} {'line' if count == 1 else 'lines'})")
        told = f"[attached by the user: standard input]\n{piped}"
        parts = (*parts, TextMessage(told, Descriptor.ATTACHED))
    if sys.stderr.isatty():  # else it is for errors
        sys.stderr.writelines(f"  {row}\n" for row in rows)
    return attrs.evolve(attached, parts=parts).prompt(text)
