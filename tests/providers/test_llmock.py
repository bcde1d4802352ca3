"""Our dialects against a mock server that others wrote, its faults, and its verdict on us."""

import attrs
import pytest
import trio
from conversations import user
from llmock.pytest_plugin import LLMock

from sagent.agent import Agent
from sagent.errors import (
    AuthenticationError,
    ContextOverflowError,
    ModelError,
    NotFoundError,
    ProtocolError,
    QuotaError,
    ServerError,
    StatusError,
    StreamCutError,
)
from sagent.lib.json import JSON
from sagent.message import response_text
from sagent.model import ModelRequest, ResponseDone, StopReason, TextDelta
from sagent.providers import (
    Anthropic,
    Google,
    HttpProvider,
    OpenAI,
    OpenAICompat,
    RetryPolicy,
    Timeouts,
)
from sagent.providers._model import WireModel
from sagent.testing import RecordingTool

KEY = "a key that no message shows"
LONG = "one two three four five six seven eight nine ten eleven twelve"
ASKED = ModelRequest(messages=(user("How is the sea today, and how will it be?"),))
SWIFT = RetryPolicy(attempts=4, first_s=0.02)
REPEATING = attrs.evolve(SWIFT, after_output=True)
PATIENT = Timeouts()
IMPATIENT = Timeouts(first_event_s=0.3, idle_s=0.3)
STALL_S = 0.8
SHOWN_CHUNKS = 6
"""After so many chunks every dialect has shown some of `LONG`, and none all of it."""
PLACE: JSON = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}

NOWHERE = "http://127.0.0.1"
PROVIDERS: dict[str, tuple[HttpProvider, str]] = {
    "compat": (OpenAICompat(base_url=NOWHERE), "openai"),
    "openai-chat": (OpenAI(base_url=NOWHERE, api="chat"), "openai"),
    "openai-responses": (OpenAI(base_url=NOWHERE), "openai"),
    "anthropic": (Anthropic(base_url=NOWHERE), "anthropic"),
    "google": (Google(base_url=NOWHERE), "gemini"),
}
"""Each with the name of its vendor at the mock server."""
DIALECTS = pytest.mark.parametrize("dialect", PROVIDERS)


def model_at(
    llmock: LLMock, dialect: str, *, retry: RetryPolicy = SWIFT, timeouts: Timeouts = PATIENT
) -> WireModel:
    provider, vendor = PROVIDERS[dialect]
    address = llmock.base_url(vendor)
    provider = attrs.evolve(provider, key=KEY, base_url=address, retry=retry, timeouts=timeouts)
    return provider.model("m")


async def error_of(model: WireModel) -> ModelError:
    with trio.fail_after(5), pytest.raises(ModelError) as caught:
        await model.buffer(ASKED)
    assert KEY not in str(caught.value)
    return caught.value


async def text_of(model: WireModel) -> str:
    with trio.fail_after(5):
        return response_text((await model.buffer(ASKED)).content)


@DIALECTS
async def test_an_answer_streams_and_is_counted(llmock: LLMock, dialect: str) -> None:
    llmock.reply(LONG)

    async with model_at(llmock, dialect).stream(ASKED) as answer:
        *shown, done = [event async for event in answer]

    assert "".join(event.text for event in shown if isinstance(event, TextDelta)) == LONG
    assert len(shown) > 1
    assert isinstance(done, ResponseDone)
    assert response_text(done.response.content) == LONG
    assert done.response.stop_reason is StopReason.FINISHED
    assert done.response.usage.input_tokens > 0
    assert done.response.usage.output_tokens > 0
    llmock.assert_resilient(strict=True)


@DIALECTS
async def test_an_agent_runs_the_tool_and_takes_its_result_back(
    llmock: LLMock, dialect: str
) -> None:
    llmock.call_tool("Look", {"place": "sea"}, text="I look.").reply("It is calm.")
    tool = RecordingTool("Look", "no waves", schema=PLACE)

    with trio.fail_after(5):
        final = await Agent(model=model_at(llmock, dialect), tools=[tool]).run("And the sea?")

    assert final.content == "It is calm."
    assert tool.directives == [{"place": "sea"}]
    assert [request.status for request in llmock.requests] == [200, 200]
    assert "no waves" in str(llmock.last_request.body)
    llmock.assert_resilient(strict=True)


@DIALECTS
async def test_arguments_made_from_the_tools_schema_are_taken(llmock: LLMock, dialect: str) -> None:
    tool = RecordingTool("Look", schema=PLACE)

    with trio.fail_after(5):
        await Agent(model=model_at(llmock, dialect), tools=[tool]).run("And the sea?")

    assert [list(directive) for directive in tool.directives] == [["place"]]


@DIALECTS
@pytest.mark.parametrize("fault", ["malformed_arguments", "unknown_tool"])
async def test_a_broken_call_is_told_to_the_model_and_the_run_goes_on(
    llmock: LLMock, dialect: str, fault: str
) -> None:
    llmock.call_tool("Look", {"place": "sea"}).reply("Sorry.").break_tool_call(fault)
    tool = RecordingTool("Look", schema=PLACE)

    with trio.fail_after(5):
        final = await Agent(model=model_at(llmock, dialect), tools=[tool]).run("And the sea?")

    assert final.content == "Sorry."
    assert tool.directives == []
    assert [request.status for request in llmock.requests] == [200, 200]


@DIALECTS
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, StatusError),
        (401, AuthenticationError),
        (402, QuotaError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (413, ContextOverflowError),
        (422, StatusError),
    ],
)
async def test_a_refusal_has_its_class_and_is_not_asked_again(
    llmock: LLMock, dialect: str, status: int, error: type[StatusError]
) -> None:
    llmock.fail(status, times=None)

    caught = await error_of(model_at(llmock, dialect))

    assert type(caught) is error
    assert isinstance(caught, StatusError)
    assert caught.status == status
    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)


@DIALECTS
@pytest.mark.parametrize("status", [408, 429, 500, 529])
async def test_what_passes_is_waited_out(llmock: LLMock, dialect: str, status: int) -> None:
    llmock.fail(status, times=2, retry_after=0.04).reply("fine")

    assert await text_of(model_at(llmock, dialect)) == "fine"

    assert [request.status for request in llmock.requests] == [status, status, 200]
    llmock.assert_resilient(strict=True)


@DIALECTS
async def test_a_retry_after_is_honoured(llmock: LLMock, dialect: str) -> None:
    llmock.rate_limit(retry_after=0.2).reply("fine")

    assert await text_of(model_at(llmock, dialect)) == "fine"

    refused, served = llmock.requests
    assert served.started_at - refused.ended_at >= 0.2
    llmock.assert_resilient(strict=True)


@DIALECTS
async def test_a_quotas_true_wait_is_waited(llmock: LLMock, dialect: str) -> None:
    llmock.limits(tpm=60_000)
    greedy = ModelRequest(messages=ASKED.messages, max_response_tokens=59_500)
    modest = ModelRequest(messages=ASKED.messages, max_response_tokens=600)
    model = model_at(llmock, dialect)

    with trio.fail_after(5):
        await model.buffer(greedy)
        await model.buffer(modest)

    assert [request.status for request in llmock.requests] == [200, 429, 200]
    llmock.assert_resilient(strict=True)


@DIALECTS
async def test_an_outage_ends_the_call_after_a_few_attempts(llmock: LLMock, dialect: str) -> None:
    llmock.fail(503, times=None, retry_after=0)

    assert type(await error_of(model_at(llmock, dialect))) is ServerError

    assert len(llmock.requests) == SWIFT.attempts
    assert llmock.verdict().passed


@DIALECTS
async def test_each_vendors_words_for_a_full_window_are_understood(
    llmock: LLMock, dialect: str
) -> None:
    llmock.limits(context_window=3)

    assert type(await error_of(model_at(llmock, dialect))) is ContextOverflowError

    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)


async def gather_text(model: WireModel, shown: list[str]) -> None:
    async with model.stream(ASKED) as answer:
        async for event in answer:
            if isinstance(event, TextDelta):
                shown.append(event.text)  # noqa: PERF401  # what came before the error counts


def limits_for(fault: str) -> Timeouts:
    """Be impatient where the fault is a silence; elsewhere a busy machine may take its time."""
    return IMPATIENT if fault == "stall" else PATIENT


def break_stream(llmock: LLMock, fault: str, after_chunks: int) -> None:
    match fault:
        case "disconnect":
            llmock.disconnect(after_chunks=after_chunks)
        case "truncate":
            llmock.truncate(after_chunks=after_chunks)
        case "malformed":
            llmock.corrupt(after_chunks=after_chunks)
        case _:
            llmock.stall(after_chunks=after_chunks, seconds=STALL_S)


@DIALECTS
@pytest.mark.parametrize("fault", ["disconnect", "truncate", "stall"])
async def test_a_stream_that_breaks_before_anything_was_shown_is_asked_for_again(
    llmock: LLMock, dialect: str, fault: str
) -> None:
    llmock.reply(LONG, times=2)
    break_stream(llmock, fault, 0)

    assert await text_of(model_at(llmock, dialect, timeouts=limits_for(fault))) == LONG

    llmock.assert_resilient(strict=True)


@DIALECTS
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("disconnect", StreamCutError),
        ("truncate", StreamCutError),
        ("malformed", ProtocolError),
        ("stall", StreamCutError),
    ],
)
async def test_a_stream_that_breaks_half_way_is_an_error_and_never_an_answer(
    llmock: LLMock, dialect: str, fault: str, error: type[ModelError]
) -> None:
    llmock.reply(LONG, times=None)
    break_stream(llmock, fault, SHOWN_CHUNKS)
    model = model_at(llmock, dialect, timeouts=limits_for(fault))
    shown: list[str] = []

    with trio.fail_after(5), pytest.raises(ModelError) as caught:
        await gather_text(model, shown)

    assert type(caught.value) is error
    assert shown
    assert LONG.startswith("".join(shown))
    assert "".join(shown) != LONG
    assert len(llmock.requests) == 1


@DIALECTS
@pytest.mark.parametrize("fault", ["disconnect", "truncate", "stall"])
async def test_a_reader_that_may_forget_gets_the_whole_answer_after_a_break(
    llmock: LLMock, dialect: str, fault: str
) -> None:
    llmock.reply(LONG, times=2)
    break_stream(llmock, fault, SHOWN_CHUNKS)
    model = model_at(llmock, dialect, retry=REPEATING, timeouts=limits_for(fault))

    assert await text_of(model) == LONG

    llmock.assert_resilient(strict=True)


@DIALECTS
async def test_a_chunk_that_is_no_json_ends_the_call_at_once(llmock: LLMock, dialect: str) -> None:
    llmock.reply(LONG, times=None).corrupt(after_chunks=0)

    assert type(await error_of(model_at(llmock, dialect))) is ProtocolError

    assert len(llmock.requests) == 1


@DIALECTS
async def test_a_first_token_that_does_not_come_is_not_waited_for(
    llmock: LLMock, dialect: str
) -> None:
    llmock.slow_first_token(STALL_S)

    with trio.fail_after(STALL_S * 0.9):
        error = await error_of(
            model_at(llmock, dialect, retry=RetryPolicy(attempts=1), timeouts=IMPATIENT)
        )

    assert type(error) is StreamCutError
    assert "silent" in str(error)
