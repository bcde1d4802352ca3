"""A system on a trio thread, for programs whose own loop is another one."""

import itertools
import os
from collections.abc import Awaitable, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from contextvars import Context, copy_context
from functools import partial
from typing import Protocol, cast

import attrs
import sniffio
import trio

from sagent.actors import System, open_system
from sagent.errors import RunCancelledError, UsageError


class Begin(Protocol):
    """Begins an async function on a trio thread, in a copy of the caller's context.

    Its future is done once it has ended.
    """

    def __call__[A](self, main: Callable[[], Awaitable[A]], /) -> Future[A]:
        """Begin *main*; from any thread."""
        ...


@contextmanager
def own_thread() -> Generator[Begin]:
    """Have a thread for one function; it has ended with the block."""
    executor = ThreadPoolExecutor(1, thread_name_prefix="sagent-run")

    def begin[A](main: Callable[[], Awaitable[A]], /) -> Future[A]:
        return executor.submit(copy_context().run, lambda: trio.run(main))

    try:
        yield begin
    finally:
        executor.shutdown()  # its one thread has nothing left to do but end


@attrs.define(eq=False)
class Stage:
    """A system with room for work of others, on the trio thread that has made it."""

    system: System
    _nursery: trio.Nursery
    _open: bool = attrs.field(default=True, init=False)
    _token: trio.lowlevel.TrioToken = attrs.field(
        factory=trio.lowlevel.current_trio_token, init=False
    )
    _process: int = attrs.field(factory=os.getpid, init=False)
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1), init=False)

    def check_process(self) -> None:
        """See whether this is the process that the thread is in, and not a fork of it.

        Raises:
            UsageError: it is not.
        """
        if os.getpid() != self._process:
            raise UsageError(
                f"the system's thread is in process {self._process}, of which this is a fork: open "
                "a system after the fork, in each process its own"
            )

    def numbered(self, name: str) -> str:
        """Give *name* a number that it had not yet."""
        return f"{name}-{next(self._numbers)}"

    @contextmanager
    def shared(self) -> Generator[Begin]:
        """Give what begins a function here; as `own_thread` does on another."""
        yield self._begin

    def close(self) -> None:
        """Take in nothing more, and cancel what is left; on the thread itself."""
        self._open = False
        self._nursery.cancel_scope.cancel()

    def _begin[A](self, main: Callable[[], Awaitable[A]], /) -> Future[A]:
        future = Future[A]()
        future.set_running_or_notify_cancel()  # it ends as *main* does, and not before
        try:
            self._token.run_sync_soon(self._take_in, main, future, copy_context())
        except trio.RunFinishedError:
            future.set_exception(_closed())
        return future

    def _take_in[A](
        self, main: Callable[[], Awaitable[A]], future: Future[A], context: Context
    ) -> None:
        if self._open:
            context.run(self._nursery.start_soon, _settle, main, future)
        else:
            future.set_exception(_closed())


@attrs.frozen(eq=False)
class SystemThread:
    """A system on a trio thread, which runs under asyncio share; `open_system_thread` gives one.

    Pass it to `Agent.run` as ``system=``. Such a run costs no thread of its own, and asks the
    provider's actor that all others ask: they share connections, the limit of requests at once,
    and what a vendor says of its rates. The agent lives under its name and a number, so that many
    of one name work at once.
    """

    _stage: Stage = attrs.field(repr=False)

    async def call[*Ts, A](self, work: Callable[[System, *Ts], Awaitable[A]], *args: *Ts) -> A:
        """Wait for ``work(system, *args)``, an async function of trio, on the thread.

        It is the way to what a system offers beside runs: agents that stay, questions to them,
        their tree, a team. A cancel of the caller cancels it, and returns when it has ended.

        Raises:
            RunCancelledError: the thread has ended, or ends meanwhile.
            UsageError: the caller is not on asyncio, or in a fork of the process, or *work* is no
                async function.
            Exception: what *work* raises.
        """
        check_home(sniffio.current_async_library(), self)
        from sagent.agent._bridge import AsyncioDriver  # noqa: PLC0415  # it loads asyncio

        stage = self._stage
        begin = partial(_begun, work, stage.system, *args)
        return await AsyncioDriver(lambda _: begin(), stage.shared).result()


async def _begun[*Ts, A](work: Callable[[*Ts], Awaitable[A]], *args: *Ts) -> A:
    awaitable = cast("object", work(*args))  # what people without a type checker give
    if not isinstance(awaitable, Awaitable):
        raise UsageError(
            f"call takes an async function of trio, and {work!r} gave a "
            f"{type(awaitable).__name__} at once: write it with async def"
        )
    try:
        return await cast("Awaitable[A]", awaitable)
    except RuntimeError as error:
        if "event loop" in str(error):
            error.add_note("What call is given runs under trio: call_in_asyncio goes back.")
        raise


type Home = System | SystemThread
"""Where agents live together: under trio a System, under asyncio a SystemThread."""


UNNAMED = "Agent"
"""The name of an agent that was given none."""


def lodging(home: Home | None, name: str) -> tuple[System | None, str | None]:
    """Give where in *home* an agent lives that is called *name*, and under which name.

    Beside another of them, one without a name of its own has a number; the first is called as all
    are, so that who steers a run finds its agent.
    """
    if isinstance(home, SystemThread):
        stage = home._stage  # noqa: SLF001  # this module is the class's own
        return stage.system, stage.numbered(name)
    is_taken = home is not None and home.whereis(name) is not None
    return home, None if name == UNNAMED and is_taken else name


def stage_of(home: Home | None) -> Callable[[], AbstractContextManager[Begin]]:
    """Give the thread on which a run under asyncio is played that is at *home*."""
    if isinstance(home, SystemThread):
        return home._stage.shared  # noqa: SLF001  # this module is the class's own
    return own_thread


def open_system_thread() -> AbstractAsyncContextManager[SystemThread]:
    """Open a system for a program on asyncio, such as a web service.

    It has a trio thread of its own, and ends with the block. Leaving the block cancels the runs
    that are left, stops the system's agents politely, and waits until they have ended; cancelling
    it, or an error of it, cancels them. Under trio, `sagent.actors.open_system` is the way.

    Raises:
        UsageError: it is opened under trio.
        RestartLimit: at the end of the block, if actors have crashed more often than the system
            puts up with; it has ended then, and so has all that was asked of it.
    """
    from sagent.agent import _bridge  # noqa: PLC0415  # it loads asyncio

    return _bridge.open_system_thread()


async def host(ready: Callable[[SystemThread], object], closing: trio.Event) -> None:
    """Keep a system until *closing*; it is what a `SystemThread` runs."""
    async with open_system() as system, trio.open_nursery() as nursery:
        stage = Stage(system, nursery)
        try:
            ready(SystemThread(stage))
            await closing.wait()
        finally:
            stage.close()


async def _settle[A](main: Callable[[], Awaitable[A]], future: Future[A]) -> None:
    try:
        future.set_result(await main())
    except Exception as error:  # noqa: BLE001  # the caller's to judge
        future.set_exception(error)
    finally:
        if not future.done():
            future.set_exception(_closed())


def _closed() -> RunCancelledError:
    return RunCancelledError("the system's thread has ended: work in the block that opened it")


def check_home(library: str, home: object) -> None:
    """Check that a run under *library* can be where *home* is.

    Raises:
        UsageError: it cannot.
    """
    if not isinstance(home, System | SystemThread | None):
        raise UsageError(
            f"system= is a {type(home).__name__}: give what the block gives, as in `async with "
            "open_system_thread() as system`"
        )
    if library == "trio" and isinstance(home, SystemThread):
        raise UsageError("a SystemThread is for asyncio: under trio, give what open_system() gives")
    if library == "asyncio" and isinstance(home, System):
        raise UsageError(
            "a System belongs to the trio that opened it: under asyncio, give what "
            "open_system_thread() gives"
        )
    if isinstance(home, SystemThread):
        home._stage.check_process()  # noqa: SLF001  # this module is the class's own
