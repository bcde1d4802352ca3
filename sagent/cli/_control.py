"""The commands that see and steer running sagents."""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import attrs
import trio

from sagent.cli._control_parser import ControlCommand, ControlOptions
from sagent.cli._control_rows import find_node, run_head, run_rows, tree_rows
from sagent.cli._exit_code import DONE
from sagent.cli._last_stop import settled
from sagent.cli._streams import complain, read_in, write_out
from sagent.cli._until_signal import End, until_signal
from sagent.control.client import NodeView, Running, find_agent, find_run, find_runs
from sagent.errors import ControlError, UsageError


def run_control(options: ControlOptions) -> int:
    """Do what *options* ask for and give the exit code."""
    return settled(lambda: trio.run(until_signal, partial(_do, options)))


async def _do(options: ControlOptions, _: End) -> int:
    await _COMMANDS[options.command](options)
    return DONE


async def _ps(options: ControlOptions) -> None:
    runs = await find_runs()
    if not runs:
        complain("no sagent is running")
    elif not options.json:
        await write_out("".join(f"{row}\n" for row in run_rows(runs)))
    for running in runs if options.json else ():
        await write_out(_json(_run_object(running)))


async def _tree(options: ControlOptions) -> None:
    runs = await find_runs()
    if options.target is not None:
        running = find_run(runs, options.target)
        if running is not None:
            await _show_trees((running,), options)
            return
        running, agent = find_agent(runs, options.target)
        node = find_node(await running.tree(), agent.path)
        if node is None:
            raise ControlError(f"{options.target} has ended meanwhile: see sagent ps")
        await _show_tree(node, options)
        return
    if not runs:
        complain("no sagent is running")
    await _show_trees(runs, options)


async def _show_trees(runs: tuple[Running, ...], options: ControlOptions) -> None:
    for running in runs:
        if running.run is None:
            complain(f"process {running.pid} does not answer: it may be suspended")
            continue
        if not options.json:
            await write_out(f"{run_head(running.run)}\n")
        await _show_tree(await running.tree(), options, pid=running.pid)


async def _show_tree(node: NodeView, options: ControlOptions, *, pid: int | None = None) -> None:
    if options.json:
        told = attrs.asdict(node)
        await write_out(_json(told if pid is None else {"pid": pid, **told}))
    else:
        await write_out("".join(f"{row}\n" for row in tree_rows(node)))


async def _send(options: ControlOptions) -> None:
    assert options.target is not None  # the parser asks for it
    if not options.text and sys.stdin.isatty():
        raise UsageError("no message: pass it as an argument or on standard input")
    text = " ".join(options.text) or await read_in()
    running, agent = find_agent(await find_runs(), options.target)
    await running.send(agent.path, text)


async def _stop(options: ControlOptions) -> None:
    assert options.target is not None  # the parser asks for it
    runs = await find_runs()
    named = find_run(runs, options.target)
    if named is not None and named.run is not None and named.run.own_agent is None:
        await named.stop(named.run.own)  # it is for no agent that lives: it ends as a whole
        return
    running, agent = find_agent(runs, options.target)
    await running.stop(agent.path)


async def _attach(options: ControlOptions) -> None:
    from sagent.cli._attach import attach  # noqa: PLC0415  # the other commands need none of it

    assert options.target is not None  # the parser asks for it
    running, agent = find_agent(await find_runs(), options.target)
    await attach(running, agent.path, options)


def _run_object(running: Running) -> dict[str, object]:
    if running.run is None:
        return {"pid": running.pid, "answers": False}
    return {
        **attrs.asdict(running.run),
        "answers": True,
        "tokens": running.run.tokens,
        "cost_usd": running.run.cost_usd,
    }


def _json(told: Mapping[str, object]) -> str:
    return json.dumps(told, default=str) + "\n"  # money is a decimal number in a string


_COMMANDS: Mapping[ControlCommand, Callable[[ControlOptions], Awaitable[None]]] = {
    "ps": _ps,
    "tree": _tree,
    "send": _send,
    "stop": _stop,
    "attach": _attach,
}
