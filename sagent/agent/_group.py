from sagent.actors import Group
from sagent.agent._mail import Mail

AGENTS = Group[Mail]("agents")
"""All agents of a system are in this group."""
