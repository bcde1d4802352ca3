"""The smallest local model writes a recap."""

import pytest
from conversations import READ, calling, result, said, user

from sagent.actors import open_system
from sagent.compaction import ContextLimits, SummaryCompactor
from sagent.message import Message, result_text
from sagent.model import ModelRequest, ServedModel
from sagent.providers import Local

pytestmark = pytest.mark.weights

WINDOW_TOKENS = 4_096


async def test_a_recap_of_half_a_billion_parameters_takes_the_historys_place() -> None:
    model = Local(context_tokens=WINDOW_TOKENS).model()
    assert isinstance(model, ServedModel)
    history: list[Message] = [user("Which port does config.txt name? Change it to 9090.")]
    for name, text in (("README.md", "Run it with make run.\n"), ("config.txt", "port = 8080\n")):
        call = calling(name, "Read", {"file_path": name})
        history += [said(call), result(call, text * 100)]
    history.append(said("It names 8080. I will change it next."))

    async with open_system() as system:
        served = await model.served(system)
        recap = await SummaryCompactor().compact(
            history,
            ask=served.buffer,
            limits=ContextLimits.of(WINDOW_TOKENS, None),
            template=ModelRequest(messages=(), tools=(READ,)),
        )

    assert recap.tokens_after < recap.tokens_before
    assert "Change it to 9090." in result_text(recap.messages[0])
    assert "## Next step" in recap.text
