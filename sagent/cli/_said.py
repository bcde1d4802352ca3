"""What a user says on the command line, with the files that they name in it."""

import sys

from sagent.agent import Agent, Prompt
from sagent.cli._streams import complain
from sagent.tools._attach import attach_named, place_for


async def said(text: str, agent: Agent) -> Prompt:
    """Make a prompt of *text*, with the files that it names; what is attached is told."""
    attached = await attach_named(text, place_for(agent), agent.model)
    for fault in attached.faults:
        complain(fault)
    if sys.stderr.isatty():  # else it is for errors
        sys.stderr.writelines(f"  {row}\n" for row in attached.rows)
    return attached.prompt(text)
