"""The life of a filing: its states, the steps between them, and the state that a set of facts amounts to.

A filing is one report for one FIU under one registration; it has versions. Facts come from several topics in no common order, so
the state is a function of their set: each version is folded through the table, and the filing is in the state of its last version.

1. A version that says the same to the FIU as the one before it does not count: the one before it stands.
2. A version that was never sent, and has a later one behind it, is superseded.
3. An FIU's rejection counts whatever order its answers come in: an acceptance of the same sending changes nothing before or after it (DEF: a
   report that was refused once must not count as filed because a receipt came late).
4. A decision counts in the state it was taken in; where the facts have moved on meanwhile it is void, and the filing waits again.
5. An answer without a filing id is about the last sending of its version that was there when it came (DEF).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

State = Literal[
    "drafted",
    "awaiting_review",
    "held",
    "released",
    "refused",
    "filed",
    "corrected",
    "supplementary",
    "acknowledged",
    "rejected",
    "superseded",
    "withdrawn",
    "closed",
]
Event = Literal[
    "ask_review",
    "hold",
    "release",
    "refuse",
    "file",
    "correct",
    "supplement",
    "accept",
    "reject",
    "supersede",
    "withdraw",
    "close",
]
STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)

_SENDING: Mapping[Event, State] = {"file": "filed", "correct": "corrected", "supplement": "supplementary"}
_ANSWERED: Mapping[Event, State] = {"accept": "acknowledged", "reject": "rejected", "withdraw": "withdrawn", "close": "closed"}
# What may happen in a state, and where it leads. Whatever is not here is illegal.
TRANSITIONS: Mapping[State, Mapping[Event, State]] = {
    "drafted": {"ask_review": "awaiting_review", "hold": "held", "supersede": "superseded", "withdraw": "withdrawn", **_SENDING},
    "awaiting_review": {"release": "released", "refuse": "refused", "supersede": "superseded", "withdraw": "withdrawn"},
    "held": {"release": "released", "refuse": "refused", "supersede": "superseded", "withdraw": "withdrawn", "close": "closed"},
    "released": {"hold": "held", "supersede": "superseded", "withdraw": "withdrawn", **_SENDING},
    "refused": {"supersede": "superseded", "close": "closed"},
    "filed": _ANSWERED,
    "corrected": _ANSWERED,
    "supplementary": _ANSWERED,
    "acknowledged": {"reject": "rejected", "withdraw": "withdrawn", "close": "closed"},
    "rejected": {"release": "released", "withdraw": "withdrawn", "close": "closed"},
    "superseded": {},
    "withdrawn": {"close": "closed"},
    "closed": {},
}
# States in which the FIU's clock runs: it has nothing from us that it accepts or may still accept.
CLOCK_RUNS: frozenset[State] = frozenset({"drafted", "awaiting_review", "held", "released", "rejected"})
ENDED: frozenset[State] = frozenset({"refused", "superseded", "withdrawn", "closed"})

AWAITING_RELEASE = "awaiting_release"
OVERTAKEN = "decision_overtaken"
VERSION_UNKNOWN, FILING_UNKNOWN, AFTER_REJECTION = "answer_version_unknown", "answer_filing_unknown", "answer_after_rejection"
_BY_RELATION: Mapping[str, Event] = {"initial": "file", "correction": "correct", "supplementary": "supplement"}
_BY_ACTION: Mapping[str, Event] = {
    "approve": "release",
    "release": "release",
    "refuse": "refuse",
    "withdraw": "withdraw",
    "close": "close",
}


class IllegalTransition(Exception):
    """`event` may not happen in `state`. `code` is "illegal_transition"."""

    code = "illegal_transition"

    def __init__(self, state: State, event: Event) -> None:
        possible = ", ".join(sorted(TRANSITIONS[state])) or "nothing more"
        super().__init__(f"A filing that is {state.replace('_', ' ')} cannot {event.replace('_', ' ')}; possible: {possible}.")
        self.state, self.event = state, event


def after(state: State, event: Event) -> State:
    """The state that `event` leads to. Raises IllegalTransition."""
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise IllegalTransition(state, event)
    return following


def event_of(action: str) -> Event:
    """The event that a person's decision stands for. Raises KeyError for a word that is none."""
    return _BY_ACTION[action]


class Hold(NamedTuple):
    """Why a version waits. `decision_id`: the release after which it still could not be sent; "": before anybody decided."""

    held_id: str
    code: str
    decision_id: str = ""


class Sending(NamedTuple):
    """A version as it went to the FIU at `at_ms`: one filing for each file of the form."""

    relation: str
    filing_ids: tuple[str, ...]
    at_ms: int = 0


class Answer(NamedTuple):
    """What the FIU said of a version at `at_ms`. status: accepted | rejected, others change no state."""

    answer_id: str
    status: str
    filing_id: str = ""
    at_ms: int = 0


class Decided(NamedTuple):
    """A decision that takes effect (a first of two approvals does not); from_state: what the person saw; `is_void`: delivery found it overtaken."""

    decision_id: str
    action: str
    from_state: str
    is_void: bool = False


class Version(NamedTuple):
    """The facts about one version of a filing; `sendings`, `answers` and `decisions` in their order.

    is_planned    the report of this version is for this FIU
    is_unchanged  delivery found that it says the same to the FIU as the version before
    """

    number: int
    is_planned: bool = True
    is_unchanged: bool = False
    holds: tuple[Hold, ...] = ()
    sendings: tuple[Sending, ...] = ()
    answers: tuple[Answer, ...] = ()
    decisions: tuple[Decided, ...] = ()


class Step(NamedTuple):
    """One step of a filing's life: in which version, what happened, where it led, and the id of the fact behind it."""

    version: int
    event: str
    state: State
    cause: str


class Life(NamedTuple):
    """What the facts of a filing amount to.

    code   of the hold it waits for, "" elsewhere
    steps  every step of every version that counts, in order; "draft" begins each
    void   ids of answers and decisions that change nothing, with the reason's code
    """

    version: int
    state: State
    code: str
    steps: tuple[Step, ...]
    void: Mapping[str, str]


def live(versions: Sequence[Version]) -> Life:
    """The life of a filing with these versions (ascending, at least one)."""
    counted = [version for version in versions if not version.is_unchanged or version.sendings] or list(versions[:1])
    steps: list[Step] = []
    void: dict[str, str] = {}
    for version in versions:
        if version not in counted:
            void |= {answer.answer_id: VERSION_UNKNOWN for answer in version.answers}
            void |= {decision.decision_id: OVERTAKEN for decision in version.decisions}
    was_sent = False
    life = _VersionLife(counted[0], was_sent)
    for position, version in enumerate(counted):
        life = _VersionLife(version, was_sent)
        life.run(is_last=position == len(counted) - 1)
        was_sent = was_sent or bool(version.sendings)
        steps += life.steps
        void |= life.void
    return Life(life.number, life.state, life.code, tuple(steps), void)


class _VersionLife:
    """One version on its way through the table."""

    def __init__(self, version: Version, was_sent: bool) -> None:
        self._facts, self._was_sent = version, was_sent
        self.number, self.state, self.code = version.number, STATES[0], ""
        self.steps: list[Step] = []
        self.void: dict[str, str] = {}
        self._sendings = iter(version.sendings)

    def run(self, is_last: bool) -> None:
        """Takes every fact in its causal order: what delivery did first, then each decision with what came of it."""
        self.steps.append(Step(self.number, "draft", self.state, ""))
        first = [hold for hold in self._facts.holds if not hold.decision_id]
        if first:
            self._hold(first[-1])
        elif not self._facts.is_planned:
            if not self._was_sent:
                self._take("withdraw", "")
        else:
            self._send()
        for decision in self._facts.decisions:
            self._decide(decision)
        self._void_the_rest()
        if not is_last and "supersede" in TRANSITIONS[self.state]:
            self._take("supersede", "")

    def _take(self, event: Event, cause: str) -> None:
        self.state = after(self.state, event)
        self.steps.append(Step(self.number, event, self.state, cause))

    def _hold(self, hold: Hold) -> None:
        self.code = hold.code
        asks = hold.code == AWAITING_RELEASE and self.state == "drafted"
        self._take("ask_review" if asks else "hold", hold.held_id)

    def _send(self) -> None:
        """The next sending, if there is one, and what the FIU said of it."""
        sending = next(self._sendings, None)
        if sending is None:
            return
        self.code = ""
        self._take(_BY_RELATION[sending.relation], sending.filing_ids[0])
        for event, cause in self._verdict(sending):
            self._take(event, cause)

    def _verdict(self, sending: Sending) -> Iterator[tuple[Event, str]]:
        """Acceptance of every file, or one rejection; never both."""
        mine = list(self._answers_to(sending))
        rejected = next((answer for answer in mine if answer.status == "rejected"), None)
        if rejected is not None:
            self.void |= {answer.answer_id: AFTER_REJECTION for answer in mine if answer.status == "accepted"}
            yield "reject", rejected.answer_id
            return
        accepted = [answer for answer in mine if answer.status == "accepted"]
        named = {answer.filing_id for answer in accepted}
        if accepted and ("" in named or named >= set(sending.filing_ids)):
            yield "accept", accepted[-1].answer_id

    def _answers_to(self, sending: Sending) -> Iterator[Answer]:
        """Those that name one of its files, and those that name none and came while it was the last."""
        for answer in self._facts.answers:
            if answer.filing_id:
                if answer.filing_id in sending.filing_ids:
                    yield answer
            elif sending is self._standing_at(answer.at_ms):
                yield answer

    def _standing_at(self, at_ms: int) -> Sending:
        there = [sending for sending in self._facts.sendings if sending.at_ms <= at_ms]
        return there[-1] if there else self._facts.sendings[0]

    def _decide(self, decision: Decided) -> None:
        event = event_of(decision.action)
        if decision.is_void or decision.from_state != self.state or event not in TRANSITIONS[self.state]:
            self.void[decision.decision_id] = OVERTAKEN
            return
        self._take(event, decision.decision_id)
        if event != "release":
            return
        again = next((hold for hold in self._facts.holds if hold.decision_id == decision.decision_id), None)
        if again is not None:
            self._hold(again)
        else:
            self._send()

    def _void_the_rest(self) -> None:
        """Answers to filings of this version that were never sent."""
        known = {filing_id for sending in self._facts.sendings for filing_id in sending.filing_ids}
        for answer in self._facts.answers:
            if not known:
                self.void[answer.answer_id] = VERSION_UNKNOWN
            elif answer.filing_id and answer.filing_id not in known:
                self.void[answer.answer_id] = FILING_UNKNOWN
