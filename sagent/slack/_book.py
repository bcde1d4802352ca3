from collections import OrderedDict
from collections.abc import Iterable
from secrets import token_hex

import attrs

from sagent.slack._heard import Place
from sagent.slack._manifest import Colleague, Manifest, Talk
from sagent.slack._posts import MOST_POSTS, Posted
from sagent.slack._routing import Roster

type TalkKey = tuple[str, Place]
"""An agent, and where it talks."""


@attrs.define(eq=False)
class Book:
    """Which agents there are, and what in Slack is theirs.

    Attributes:
        colleagues: the agents, by their names.
        talks: their conversations.
    """

    colleagues: dict[str, Colleague] = attrs.field(factory=dict[str, Colleague])
    talks: dict[TalkKey, Talk] = attrs.field(factory=dict[TalkKey, Talk])
    _threads: dict[Place, str] = attrs.field(factory=dict[Place, str], init=False)
    _posts: OrderedDict[tuple[str, str], tuple[str, Place]] = attrs.field(
        factory=OrderedDict[tuple[str, str], tuple[str, Place]], init=False
    )

    _fresh: list[Posted] = attrs.field(factory=list[Posted], init=False)

    @classmethod
    def of(cls, manifest: Manifest, posts: Iterable[Posted] = ()) -> "Book":
        """Begin with what an earlier run has left."""
        book = cls()
        for colleague in manifest.colleagues:
            book.colleagues[colleague.label] = colleague
        for talk in manifest.talks:
            if talk.label in book.colleagues:
                book.talks[talk.label, talk.place] = talk
                if talk.owns:
                    book._threads[talk.place] = talk.label
        for post in posts:
            if post.label in book.colleagues:
                book._keep(post)
        return book

    @property
    def manifest(self) -> Manifest:
        """What a later run is to know."""
        return Manifest(
            colleagues=tuple(self.colleagues.values()), talks=tuple(self.talks.values())
        )

    def roster(self, bot: str) -> Roster:
        """Give what routes depend on, as it is now; *bot* is its own user."""
        channels = {
            one.log_channel: one.label for one in self.colleagues.values() if one.log_channel
        }
        return Roster(
            bot=bot,
            labels=tuple(self.colleagues),
            channels=channels,
            threads=self._threads,
            posts=self._posts,
        )

    def talk(self, label: str, place: Place) -> Talk:
        """Give the conversation of *label* in *place*, begun if there is none.

        A thread stays whose it is; outside of threads the last who was spoken to is spoken to.
        """
        known = self.talks.get((label, place))
        owns = label == self._threads.get(place, label) or not place.thread
        if known is not None and known.owns == owns:
            return known
        if owns:
            self._hand_over(place, label)
        directory = known.directory if known else _directory(label, place)
        talk = Talk(label=label, place=place, directory=directory, owns=owns)
        self.talks[label, place] = talk
        return talk

    def note_post(self, place: Place, ts: str, label: str) -> None:
        """Remember whose message that is; what is said about it belongs into its thread."""
        is_first = not place.thread and not place.channel.startswith("D")
        where = attrs.evolve(place, thread=ts) if is_first else place
        post = Posted(ts=ts, label=label, place=where)
        self._keep(post)
        self._fresh.append(post)

    def note_cut(self, key: TalkKey, *, is_cut: bool) -> bool:
        """Remember whether an agent would be cut off now, and tell whether that is news."""
        talk = self.talks.get(key)
        if talk is None or talk.is_cut == is_cut:
            return False
        self.talks[key] = attrs.evolve(talk, is_cut=is_cut)
        return True

    def take_posts(self) -> tuple[Posted, ...]:
        """Give the messages that came since it was last asked."""
        fresh, self._fresh = self._fresh, []
        return tuple(fresh)

    def give_back(self, posts: Iterable[Posted]) -> None:
        """Give *posts*, which were taken, again when it is asked next."""
        self._fresh = [*posts, *self._fresh][-MOST_POSTS:]

    def remove(self, label: str) -> None:
        """Let an agent go, with all that is its; its conversations stay on disk."""
        del self.colleagues[label]
        for key in [key for key in self.talks if key[0] == label]:
            del self.talks[key]
        for place in [place for place, owner in self._threads.items() if owner == label]:
            del self._threads[place]
        for post in [post for post, (owner, _) in self._posts.items() if owner == label]:
            del self._posts[post]

    def _keep(self, post: Posted) -> None:
        self._posts[post.place.channel, post.ts] = (post.label, post.place)
        if len(self._posts) > MOST_POSTS:
            self._posts.popitem(last=False)

    def _hand_over(self, place: Place, label: str) -> None:
        before = self._threads.get(place)
        if before is not None and before != label and (before, place) in self.talks:
            self.talks[before, place] = attrs.evolve(self.talks[before, place], owns=False)
        self._threads[place] = label


def _directory(label: str, place: Place) -> str:
    """Name a directory that no agent of that name had before, which has left with what was said."""
    return f"{label}-{place.channel}-{place.thread or 'direct'}-{token_hex(3)}"
