"""Write a tool in full: what models read of it, what it may do, how it fails and how it is ended.

    python examples/custom_tool.py [PROVIDER [MODEL]]

Without a provider a scripted model answers, and neither key nor network is needed.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import trio

from sagent.agent import Agent, Done, ToolCalled, ToolReturned
from sagent.lib.json import JSON, json_dumps
from sagent.message import Message, TextMessage, error_message, get_directive
from sagent.model import Model
from sagent.providers import build_provider
from sagent.testing import ScriptedModel, calls
from sagent.tool import Concurrency, Effect

ROWS = 50


class Query:
    """Asks a SQLite database, which it cannot change."""

    name = "Query"
    tool_id = "application/x-tool-query"
    description = f"Ask the database in SQL. Gives {ROWS} rows at most, each a line of JSON."
    directive_schema: JSON = {  # noqa: RUF012  # nobody changes it
        "type": "object",
        "properties": {"sql": {"type": "string", "description": "one SELECT"}},
        "required": ["sql"],
        "additionalProperties": False,
    }
    supports_microcompaction = True  # an old result may go: it can be asked for again
    # What follows may be left out; then a tool is taken to do anything, beside others, for long.
    effects = frozenset({Effect.READS})
    concurrency: Concurrency = "shared"
    deadline_s = 10

    def __init__(self, path: Path) -> None:
        self.path = path

    def summary(self, msg: Message) -> str:
        """Show people who watch what is asked."""
        return f"Query {self._sql(msg)}"

    def prompt(self) -> str | None:
        """Tell the model in its system prompt which tables there are."""
        rows = self._rows("SELECT sql FROM sqlite_schema WHERE type = 'table'")
        return "\n".join(["The database:", *(str(row[0]) for row in rows)])

    async def run(self, msg: Message) -> Message:
        """Ask in a thread; what SQLite refuses is news for the model and no error of ours."""
        try:
            rows = await trio.to_thread.run_sync(self._rows_unless_cancelled, self._sql(msg))
        except sqlite3.Error as error:
            await trio.lowlevel.checkpoint_if_cancelled()  # it may be the cancel that SQLite felt
            return error_message(f"SQLite: {error}")
        return TextMessage("\n".join(json_dumps(row) for row in rows))

    def _sql(self, msg: Message) -> str:
        return str(get_directive(msg)["sql"])

    def _rows_unless_cancelled(self, sql: str) -> Sequence[tuple[JSON, ...]]:
        # Every 10,000 steps SQLite asks whether to go on, and an error means no.
        return self._rows(sql, trio.from_thread.check_cancelled)

    def _rows(
        self, sql: str, watch: Callable[[], None] | None = None
    ) -> Sequence[tuple[JSON, ...]]:
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.set_progress_handler(watch, 10_000)
            return connection.execute(sql).fetchmany(ROWS)


def make_database(path: Path) -> None:
    """Write down a week's rain."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE rain (town TEXT, day TEXT, mm REAL)")
        week = [("Bergen", "Mon", 21.5), ("Bergen", "Tue", 8.0), ("Oslo", "Mon", 3.5)]
        connection.executemany("INSERT INTO rain VALUES (?, ?, ?)", week)


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    return ScriptedModel(
        calls(("Query", {"sql": "SELECT town, sum(mm) FROM rains GROUP BY town"})),
        calls(("Query", {"sql": "SELECT town, sum(mm) FROM rain GROUP BY town"})),
        "Bergen, with 29.5 mm.",
    )


async def main() -> None:
    """Ask about a database, and show what the tool is asked and gives."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "rain.db"
        make_database(path)
        agent = Agent(model=chosen_model(), tools=[Query(path)])
        async with agent.run("Where did it rain most?") as run:
            async for event in run:
                match event:
                    case ToolCalled(summary=summary):
                        print(summary)
                    case ToolReturned(content=result):
                        print("  " + result.replace("\n", "\n  "))
                    case Done(text=text):
                        print(text)
                    case _:
                        pass


if __name__ == "__main__":
    trio.run(main)
