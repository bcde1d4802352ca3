"""Several agents at one question: a race, a vote, a pipeline, a debate."""

import pytest
import trio
from team_models import echo
from trio.testing import MockClock

from sagent.agent import Agent
from sagent.budget import Budget
from sagent.errors import (
    ModelStoppedError,
    RunCancelledError,
    StreamCutError,
    TeamError,
    UsageError,
)
from sagent.message import result_text
from sagent.model import Price
from sagent.team import Stage, debate, pipeline, race, vote
from sagent.testing import ScriptedModel


def says(*words: str, name: str = "Agent") -> Agent:
    return Agent(model=ScriptedModel(*words), name=name)


def slow(seconds: float) -> Agent:
    price = Price(input_per_mtok="1000000")
    return Agent(model=echo(seconds=seconds, price=price), name=f"After {seconds}")


async def test_the_first_good_answer_wins_the_race_and_the_others_are_cancelled(
    autojump_clock: MockClock,
) -> None:
    agents = [slow(9), slow(1), slow(5)]

    won = await race(agents, "go")

    assert (won.value, won.winner.item, trio.current_time()) == ("go", agents[1], 1)
    assert [type(outcome.error) for outcome in won.outcomes] == [
        RunCancelledError,
        type(None),
        RunCancelledError,
    ]


async def test_a_race_costs_what_all_have_cost_the_cancelled_ones_too(
    autojump_clock: MockClock,
) -> None:
    budget = Budget(usd=1_000)

    won = await race([slow(9), slow(1)], "go", budget=budget)

    assert won.winner.spent.usd == 1
    assert won.spent == budget.spent
    assert won.spent.calls == 2
    assert budget.reserved.calls == 0


async def test_an_answer_that_is_not_good_does_not_win(autojump_clock: MockClock) -> None:
    async def perhaps(text: str) -> str:
        return f"perhaps {text}"

    won = await race([perhaps, slow(5)], "go", good=lambda answer: "perhaps" not in answer)

    assert won.value == "go"


async def test_a_race_that_nobody_wins_says_why() -> None:
    losing = Agent(model=ScriptedModel(ModelStoppedError("refused")))

    with pytest.raises(TeamError, match="none of 2 gave a good answer; the first error: refused"):
        await race([losing, says("bad")], "go", good=lambda answer: answer == "good")


async def test_what_most_agents_answer_wins_the_vote() -> None:
    result = await vote([says("Paris."), says(" paris"), says("London")], "Capital of France?")

    assert result.value == "Paris."
    assert result.counts == {"Paris.": 2, "London": 1}
    assert result.is_majority
    assert [ballot.choice for ballot in result.ballots] == ["Paris.", "Paris.", "London"]


async def test_a_vote_among_choices_holds_agents_to_them() -> None:
    agent = says('{"choice": "no"}')

    result = await vote([agent], "Is it so?", choices=["yes", "no"])

    assert result.value == "no"
    assert isinstance(agent.model, ScriptedModel)
    assert agent.model.requests[0].output_schema is not None


async def test_an_agent_that_fails_or_names_no_choice_has_no_vote() -> None:
    async def perhaps(_: str) -> str:
        return "perhaps"

    async def yes(_: str) -> str:
        return "Yes!"

    broken = Agent(model=ScriptedModel(ModelStoppedError("refused")))

    result = await vote([perhaps, broken, yes], "Is it so?", choices=["yes", "no"])

    assert [ballot.choice for ballot in result.ballots] == [None, None, "yes"]
    assert not result.is_majority


async def test_a_tie_goes_to_the_first_vote_or_is_an_error() -> None:
    result = await vote([says("b"), says("a")], "Which?", tie="first")
    with pytest.raises(TeamError, match="tied"):
        await vote([says("b"), says("a")], "Which?", tie="fail")

    assert result.value == "b"


async def test_a_vote_without_votes_is_an_error() -> None:
    async def fail(_: str) -> str:
        raise KeyError

    with pytest.raises(TeamError, match="nobody has voted"):
        await vote([fail], "Which?")


async def test_a_pipeline_gives_each_stage_what_the_one_before_gave() -> None:
    async def shout(text: str) -> str:
        return text.upper()

    last = Stage(Agent(model=echo()), "<{item}>")

    result = await pipeline([Agent(model=echo()), shout, last], "a")

    assert result.value == "<A>"
    assert [outcome.item for outcome in result.outcomes] == ["a", "a", "A"]


async def test_a_stage_that_fails_ends_the_pipeline_and_keeps_what_was_done() -> None:
    broken = Agent(model=ScriptedModel(ModelStoppedError("refused")), name="Editor")

    with pytest.raises(TeamError, match=r"stage 2 of 3, Editor, failed.*refused") as caught:
        await pipeline([says("draft"), broken, says("never")], "go")

    assert len(caught.value.outcomes) == 2


async def test_a_debate_lets_each_read_the_rounds_before_and_a_judge_decide() -> None:
    ann, bob = says("yes", "still yes", name="Ann"), says("no", "well, yes", name="Bob")
    judge = says("Yes.", name="Judge")

    result = await debate([ann, bob], "Is it {so}?", rounds=2, judge=judge, limit=1)

    assert result.verdict == "Yes."
    assert [(s.speaker, s.round, s.text) for s in result.transcript] == [
        ("Ann", 1, "yes"),
        ("Bob", 1, "no"),
        ("Ann", 2, "still yes"),
        ("Bob", 2, "well, yes"),
    ]
    assert isinstance(judge.model, ScriptedModel)
    assert "Bob (round 2): well, yes" in result_text(judge.model.requests[0].messages[0])
    assert len(result.outcomes) == result.spent.calls == 5


async def test_who_fails_in_a_debate_is_not_heard_in_that_round(autojump_clock: MockClock) -> None:
    ann = Agent(model=ScriptedModel(StreamCutError("cut"), "here I am"), name="Same")
    bob = says("no", "no", name="Same")

    result = await debate([ann, bob], "Is it so?", judge=says("No."), attempts=1)

    assert [speech.speaker for speech in result.transcript] == ["Same 2", "Same 1", "Same 2"]


@pytest.mark.parametrize("prompt", ["", " "])
async def test_an_empty_prompt_is_told(prompt: str) -> None:
    with pytest.raises(UsageError, match="prompt is empty"):
        await race([says("a")], prompt)


async def test_nobody_to_ask_is_told() -> None:
    for asked in (race([], "go"), vote([], "go"), debate([], "go", judge=says("a"))):
        with pytest.raises(UsageError, match="nobody"):
            await asked


async def test_what_cannot_be_voted_for_is_told() -> None:
    with pytest.raises(UsageError, match="choices are"):
        await vote([says("a")], "go", choices=["a", "A "])
    with pytest.raises(UsageError, match="tie is"):
        await vote([says("a")], "go", tie="both")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def test_no_stages_and_no_rounds_are_told() -> None:
    with pytest.raises(UsageError, match="no stages"):
        await pipeline([], "go")
    with pytest.raises(UsageError, match="rounds is 0"):
        await debate([says("a")], "go", rounds=0, judge=says("b"))
