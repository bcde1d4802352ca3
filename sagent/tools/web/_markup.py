from justhtml import JustHTML


def without_markup(text: str) -> str:
    """Give the words of *text*, in which tags mark what matches."""
    return JustHTML(text, fragment=True, sanitize=False).to_text()
