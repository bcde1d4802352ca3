"""Everything that sagent raises on purpose.

A class is there to be handled, not to word a message; the message says what happened, to
what, and what to do next.

    SagentError
    ├── UsageError                a name, flag or value that cannot be meant: change the call
    │   └── UnknownNameError      no such provider, model, tool or agent: choose a listed one
    ├── MissingKeyError           no credential: set one of the variables it names
    ├── JsonError                 a value that JSON cannot carry: clean it before handing it over
    ├── ModelError                a model call that failed
    │   ├── ConnectionFailedError no usable connection: check the address, then retry
    │   ├── ProtocolError         an answer that breaks its own format: report it, or retry
    │   ├── StreamCutError        a stream that ended before its end: retry if nothing was shown
    │   ├── ProviderSuspendedError it failed too often of late: wait, or take another provider
    │   └── StatusError           the server refused; `.status` says how
    │       ├── AuthenticationError   401, 403: the key is wrong or may not do this
    │       ├── NotFoundError         404: wrong base URL or model
    │       ├── RateLimitError        429: wait
    │       ├── QuotaError            402, 429: no credit left; waiting does not help
    │       ├── ContextOverflowError  more tokens than the model's window: compact
    │       └── ServerError           5xx: retry later
    ├── RunError                  a run that could not end as asked
    │   ├── AgentBusyError        the agent is running already: wait, or message it
    │   ├── AgentLimitError       no more agents, levels or words between them: do without
    │   ├── RunCancelledError     it was cancelled by `Run.cancel`
    │   ├── RunInterruptedError   it was interrupted; the agent goes on
    │   ├── RoundLimitError       the cap on tool-call rounds was reached
    │   ├── BudgetExceededError   its budget is spent: allow more, or ask for less
    │   ├── CompactionError       the history could not be made shorter; it is as it was
    │   ├── ModelStoppedError     the model gave up: refusal, filter, or no room to answer
    │   ├── ToolInterruptedError  a tool's process ended before it gave a result
    │   ├── ItemDeadlineError     an item's time was up: allow more, or ask for less
    │   └── TeamError             a team has no answer; `.outcomes` has what each one did
    │       └── ReduceError       results that could not be reduced to one; they are kept in it
    ├── SessionError              a session that cannot be read or written
    │   └── SessionBusyError      another process writes it: fork it, or read it only
    ├── CheckpointError           files could not be kept, or not be brought back
    ├── WeightsError              a local model's file is missing, incomplete or not the pinned one
    ├── ServerStartError          a local model's server did not come up
    ├── ProcessError              a command that could not be started
    ├── ControlError              a running sagent that cannot be reached, or refuses
    ├── OutputError               standard output takes no more: make room, or write elsewhere
    ├── SlackError                Slack cannot be reached, or refuses; `.code` says why
    └── ActorError                the actor runtime
        ├── ActorStopped          the target of an ask is gone, or ended before it answered
        ├── ActorCrashed          the handler of an ask raised; the cause is chained
        ├── AskCycle              the target waits for the asker: tell, or ask in another task
        ├── MailboxFull           a bounded inbox refused a tell
        ├── NameTaken             a name is held by a living actor
        ├── RestartLimit          children ended more often than their supervisor puts up with
        ├── SystemStopping        no spawn into a system that is ending
        └── TooManyChildren       no spawn beyond the supervisor's max_children
"""


class SagentError(Exception):
    """The base of all errors below."""


class UsageError(SagentError, ValueError):
    """A name, flag or value that cannot be meant."""


class UnknownNameError(UsageError):
    """No provider, model, tool or agent of that name."""


class MissingKeyError(SagentError):
    """No credential was found."""


class JsonError(SagentError, ValueError):
    """A value that JSON cannot carry, or a text that is not JSON."""


class ModelError(SagentError):
    """A model call that failed."""


class ConnectionFailedError(ModelError):
    """No usable connection to the server."""


class ProtocolError(ModelError):
    """An answer that breaks its own format."""


class StreamCutError(ModelError):
    """A stream that ended before its terminal event."""


class StatusError(ModelError):
    """The server refused with an HTTP status.

    Attributes:
        status: the HTTP status code, 100 to 599; 200 for an error sent inside a stream.
        retry_after_s: how long the server asked to wait, if it did.
        retryable: whether the same request may succeed later.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        retry_after_s: float | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s
        self.retryable = retryable


class AuthenticationError(StatusError):
    """The key is wrong, or may not do this."""


class NotFoundError(StatusError):
    """The base URL or the model does not exist."""


class RateLimitError(StatusError):
    """Too many requests at a time."""


class QuotaError(StatusError):
    """The account's quota or credit is used up."""


class ProviderSuspendedError(ModelError):
    """The provider failed so often of late that calls are refused for a while."""


class ContextOverflowError(StatusError):
    """The conversation does not fit the model's window."""


class ServerError(StatusError):
    """The server failed."""


class RunError(SagentError):
    """A run that could not end as asked."""


class AgentBusyError(RunError):
    """The agent is running already."""


class AgentLimitError(RunError):
    """There may be no more agents, or levels of them, or words from one to another."""


class RunCancelledError(RunError):
    """The run was cancelled by its handle, not by its caller's scope."""


class RunInterruptedError(RunError):
    """The turn was interrupted; what the agent was told and did stays in its history."""


class RoundLimitError(RunError):
    """The cap on tool-call rounds was reached."""


class BudgetExceededError(RunError):
    """A call would have cost more than what is left of a budget."""


class CompactionError(RunError):
    """A history could not be made shorter; it is as it was."""


class ModelStoppedError(RunError):
    """The model gave up without an answer."""


class ToolInterruptedError(RunError):
    """A tool's process ended before it gave a result."""


class ItemDeadlineError(RunError):
    """The time for one item of many was up."""


class TeamError(RunError):
    """A team has no answer to give.

    Attributes:
        outcomes: what became of each part of the work, as `sagent.team.Outcome`.
    """

    def __init__(self, message: str, *, outcomes: tuple[object, ...]) -> None:
        super().__init__(message)
        self.outcomes = outcomes


class ReduceError(TeamError):
    """Results could not be reduced to one.

    Attributes:
        outcomes: of all items that were mapped, as `sagent.team.Outcome`.
        parts: what was left to reduce, in order.
    """

    def __init__(
        self, message: str, *, outcomes: tuple[object, ...], parts: tuple[object, ...]
    ) -> None:
        super().__init__(message, outcomes=outcomes)
        self.parts = parts


class SessionError(SagentError):
    """A session cannot be read or written."""


class SessionBusyError(SessionError):
    """Another process writes the session.

    Attributes:
        pid: that process; None if it could not be told.
    """

    def __init__(self, message: str, *, pid: int | None) -> None:
        super().__init__(message)
        self.pid = pid


class CheckpointError(SagentError):
    """Files could not be kept, or not be brought back."""


class WeightsError(SagentError):
    """A local model's file is missing, incomplete or not the pinned one."""


class ServerStartError(SagentError):
    """A local model's server did not come up."""


class ProcessError(SagentError):
    """A command could not be started."""


class ControlError(SagentError):
    """A running sagent cannot be reached, or refuses what it is asked."""


class OutputError(SagentError, OSError):
    """Standard output takes no more, though somebody reads it."""


class SlackError(SagentError):
    """Slack cannot be reached, or refuses what it is asked.

    Attributes:
        code: Slack's own word for it, such as ``invalid_auth``; "" if it said none.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ActorError(SagentError):
    """The actor runtime."""


class ActorStopped(ActorError):
    """The target of an ask is gone, or ended before it answered."""


class ActorCrashed(ActorError):
    """The handler of an ask raised; the cause is chained."""


class AskCycle(ActorError):
    """The target of an ask waits for the asker, so that no answer can come."""


class MailboxFull(ActorError):
    """A bounded inbox refused a tell."""


class NameTaken(ActorError):
    """A name is held by a living actor."""


class RestartLimit(ActorError):
    """Children ended more often than their supervisor puts up with; the last error is chained."""


class SystemStopping(ActorError):
    """No spawn into a system that is ending."""


class TooManyChildren(ActorError):
    """A supervisor has as many children as it may have."""
