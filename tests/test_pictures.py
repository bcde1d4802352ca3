"""The pictures of the documentation show what a person sees."""

import pytest
from make_pictures import PICTURES, SCENES, Scene, picture

STEADY = [scene for scene in SCENES if not scene.varies]


@pytest.mark.slow
@pytest.mark.parametrize("scene", STEADY, ids=[scene.name for scene in STEADY])
async def test_a_picture_is_what_is_to_be_seen(scene: Scene) -> None:
    """See scripts/make_pictures.py, which makes them."""
    assert await picture(scene) == (PICTURES / f"{scene.name}.svg").read_text()


def test_all_pictures_have_scenes() -> None:
    assert {file.stem for file in PICTURES.iterdir()} == {scene.name for scene in SCENES}
