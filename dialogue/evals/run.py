"""Tries a pack: every case and visitor of its evals, one after the other, each in a talk of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from time import perf_counter

from dialogue.evals.cases import Case, Evals, Turn, Visitor
from dialogue.evals.database import Database
from dialogue.evals.judge import declined, wrong, wrong_at_end
from dialogue.evals.score import Outcome, Score, Sort
from dialogue.evals.slips import misheard
from dialogue.evals.support import Support
from dialogue.evals.trial import Recorded, Reply, Trial
from dialogue.mind import Mind, Phrasing
from dialogue.tools.types import Tools
from dialogue.types import Language, Utterance

Tell = Callable[[int, int], None]  # done, of
CHOICES: dict[Language, tuple[str, str]] = {"zh": ("第一个", "第二个"), "en": ("the first one", "the second one")}


class Run:
    """The evals of one mind's pack."""

    def __init__(
        self,
        mind: Mind,
        *,
        phrasing: Phrasing = "approved",
        tools: Tools | None = None,
        database: Database | None = None,
        evals: Evals | None = None,
    ) -> None:
        """The mind's pack, index and model are used; dates, tools and the database behind them are the evals' own.

        `evals`: those to try; nothing: all of the pack."""
        self._pack, self._evals = mind.pack, mind.pack.evals if evals is None else evals
        self._today: date | None = None
        self._tools = Recorded(tools) if tools else None
        self._database = database
        self._mind = Mind(
            mind.pack,
            model=mind.model,
            index=mind.index,
            phrasing=phrasing,
            today=lambda: self._today or date.today(),
            tools=self._tools,
        )
        self._support = Support(mind.pack)

    async def score(self, tell: Tell = lambda done, of: None) -> Score:
        evals = self._evals
        self._mind.converse().likely(Utterance("你好", "zh"))  # dictionaries are read at the first question
        cases = [*_with_misheard(evals.cases)]
        began, outcomes = perf_counter(), []
        for each in (*cases, *evals.visitors):
            tell(len(outcomes), len(cases) + len(evals.visitors))
            outcomes.append(await (self._visit(each) if isinstance(each, Visitor) else self._case(*each)))
        return Score(self._pack.id, tuple(outcomes), perf_counter() - began)

    async def _case(self, case: Case, sort: Sort) -> Outcome:
        trial, problem = self._trial(case.turns[0].language, case.today), ""
        try:
            for turn in case.turns:
                reply = await self._ask(trial, turn, settles=case.kind in ("paraphrases", "benign"))
                problem = problem or wrong(case.kind, turn.expected, reply)
        finally:
            await trial.aclose()
        return _outcome(case.id, sort, case.rule, problem, trial.replies)

    async def _ask(self, trial: Trial, turn: Turn, *, settles: bool) -> Reply:
        """The reply to a turn. `settles`: where she asks which of two, the right one is chosen for her."""
        reply = await trial.ask(turn.ask, turn.language)
        offered = reply.record.items if reply.record.route == "which" else ()
        right = next((place for place, item in enumerate(offered) if item in turn.expected.items), None)
        if settles and right is not None:
            return await trial.ask(CHOICES[turn.language][right], turn.language)
        return reply

    async def _visit(self, visitor: Visitor) -> Outcome:
        trial, before = self._trial(visitor.language, visitor.today), ()
        if self._database:
            self._database.reset()
            before = self._database.counts(visitor.database)
        unused, says = list(visitor.answers), visitor.opens
        try:
            for _ in range(visitor.at_most):
                heard = (await trial.ask(says, visitor.language)).said
                answer = next((each for each in unused if any(word in heard for word in each.hears)), None)
                if answer is None:
                    break
                unused.remove(answer)
                says = answer.says
        finally:
            await trial.aclose()
        problem = wrong_at_end(visitor.expected, trial.replies)
        if not problem and visitor.database:
            no_database = "there is no database to look into"
            problem = self._database.differs(visitor.database, before) if self._database else no_database
        return _outcome(visitor.id, "visitors", visitor.rule, problem, trial.replies)

    def _trial(self, language: Language, today: date | None) -> Trial:
        self._today = today
        return Trial(self._mind, language, self._support, today=today or date.today(), tools=self._tools)


def _with_misheard(cases: tuple[Case, ...]) -> Iterator[tuple[Case, Sort]]:
    for case in cases:
        yield case, case.kind
        if case.kind == "paraphrases":
            (turn,) = case.turns
            heard = misheard(turn.ask)
            if heard != turn.ask:
                yield replace(case, turns=(replace(turn, ask=heard),)), "misheard"


def _outcome(name: str, sort: Sort, rule: str, problem: str, replies: list[Reply]) -> Outcome:
    return Outcome(
        id=name,
        sort=sort,
        rule=rule,
        wrong=problem,
        declined=declined(replies[-1]),
        asked=tuple(reply.asked for reply in replies),
        said=tuple(reply.said for reply in replies),
        routes=tuple(reply.record.route for reply in replies),
        unsupported=tuple(word for reply in replies for word in reply.unsupported),
        first_ms=tuple(round(reply.first_ms, 2) for reply in replies),
    )
