from sagent.actors import Ref, System
from sagent.agent import AGENTS, Mail
from sagent.errors import UnknownNameError


def agent_named(name: str, system: System) -> Ref[Mail]:
    """Find the agent of *system* with that name, or that path.

    Raises:
        UnknownNameError: there is none.
    """
    if (ref := system.member(AGENTS, name)) is not None:
        return ref
    known = ", ".join(ref.name for ref in system.members(AGENTS))
    raise UnknownNameError(f"no agent is named {name!r}; there are: {known}")
