from sagent.actors import Ref, System
from sagent.agent import AGENTS, Mail
from sagent.errors import UnknownNameError


def agent_named(name: str, system: System) -> Ref[Mail]:
    """Find the agent of *system* with that name, or that path.

    Raises:
        UnknownNameError: there is none.
    """
    members = system.members(AGENTS)
    for ref in members:
        if name in {ref.name, ref.path}:
            return ref
    known = ", ".join(ref.name for ref in members)
    raise UnknownNameError(f"no agent is named {name!r}; there are: {known}")
