"""A year of an invented association, to measure what the rule of the fair selection brings about.

Nothing is smoothed for it: trades and villages are uneven, some propose all the year round, others for a season, some
now and then; some join late, some are away for months; the list grows, and one letter in three goes to some of it.
"""

import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from newsletter.core import exposure
from newsletter.core.fairness import Candidate, Slot, propose
from newsletter.core.measures import gini, widest_gap
from newsletter.core.quotas import By, Quota

LETTERS_A_YEAR = 52
# Whoever had fewer chances cannot be given a fraction of a place: they are left out of the first measure.
ENOUGH = 12
FIRST_DAY = date(2026, 1, 5)
TRADES = {"restaurant": 30, "lodging": 27, "wine_estate": 17, "craft": 9, "activity": 8, "olive_mill": 5, "guide": 4}
VILLAGES = {"Saint-Rémy": 35, "Les Baux": 20, "Maussane": 17, "Eygalières": 12, "Fontvieille": 9, "Mouriès": 7}
# How members propose: all the year round, in a season, or now and then; and how many of a hundred do so.
HABITS = {"always": 40, "season": 35, "sometimes": 25}


@dataclass(frozen=True)
class Plan:
    """What is simulated."""

    members: int = 60
    editions: int = 52
    slots: int = 10
    swing: int = 40
    seed: str = "1"
    quotas: tuple[Quota, ...] = ()


@dataclass(frozen=True)
class Profile:
    """An invented member: who they are, when they are there, and how often they have an offer ready."""

    number: int
    trade: str
    village: str
    joins: int
    away: range
    habit: str
    season: range

    def proposes(self, week: int, luck: float) -> bool:
        """Return whether an offer of theirs is eligible for this week's edition."""
        if week < self.joins or week in self.away:
            return False
        if self.habit == "season":
            return (week - self.season.start) % 52 < len(self.season)
        return self.habit == "always" or luck < 0.35


@dataclass(frozen=True)
class Line:
    """What a year brought one member."""

    profile: Profile
    chances: int = 0
    places: int = 0
    full_size: int = 0
    seen: Fraction = Fraction()

    @property
    def rate(self) -> Fraction:
        return self.seen / self.chances if self.chances else Fraction()

    def plus(self, weight: Fraction, sent: int) -> "Line":
        """Return the line after one more chance; a weight of 0 is an edition without a place."""
        return Line(
            self.profile,
            self.chances + 1,
            self.places + (weight > 0),
            self.full_size + (weight == 1),
            self.seen + weight * sent,
        )


@dataclass(frozen=True)
class Outcome:
    """A simulated year and its measures.

    `gini` is Gini's index of what was seen of each member for each of their chances, over all who had at least
    ENOUGH of them: whoever had fewer cannot be given a fraction of a place. `everyone` is the same over all who had one
    chance or more. `max_minus_min` takes every group of members with exactly as many chances, and returns the widest
    difference of what was seen of two of them over the year, in units of one full-size slot before the median number
    of readers.
    """

    plan: Plan
    lines: tuple[Line, ...]
    readers: tuple[int, ...]
    gini: Fraction
    everyone: Fraction
    max_minus_min: Fraction
    unmet: int


def quotas_of(slots: int) -> tuple[Quota, ...]:
    """Return quotas as a board would set them: the two big trades are never missing, none and no village takes most."""
    most = -(-slots // 2)
    return (
        *(Quota(By.CATEGORY, trade, at_least=1, at_most=most) for trade in ("restaurant", "lodging")),
        *(Quota(By.CATEGORY, trade, at_most=most) for trade in TRADES if trade not in ("restaurant", "lodging")),
        *(Quota(By.COMMUNE, village, at_most=most) for village in VILLAGES),
    )


def run(plan: Plan) -> Outcome:
    """Live a year by the rule and measure it; the same plan always gives the same year."""
    chance = random.Random(f"{plan.seed}/{plan.members}/{plan.editions}")  # noqa: S311 - a story, no secret
    people = list(_people(plan, chance))
    readers = tuple(_readers(plan.editions, plan.swing, chance))
    slots = [Slot(position, exposure.weight(position)) for position in range(1, plan.slots + 1)]
    history: dict[int, deque[tuple[date, Fraction]]] = {person.number: deque() for person in people}
    lines = {person.number: Line(person) for person in people}
    unmet = 0
    for week, sent in enumerate(readers):
        day = FIRST_DAY + timedelta(weeks=week)
        ready = [person for person in people if person.proposes(week, chance.random())]
        known = exposure.standings(_year(history, day), letters=min(week, LETTERS_A_YEAR))
        candidates = [
            Candidate(
                person.number, person.number, person.trade, person.village, known.standing(person.number).exposure
            )
            for person in ready
        ]
        selection = propose(slots, candidates, plan.quotas, seed=f"{plan.seed}/{week}")
        seats = {place.offer: place.slot for place in selection.places}
        unmet += len(selection.unmet)
        for person in ready:
            weight = seats[person.number].weight if person.number in seats else Fraction()
            history[person.number].append((day, weight * sent))
            lines[person.number] = lines[person.number].plus(weight, sent)
    return _measured(plan, [line for line in lines.values() if line.chances], readers, unmet)


def _year(history: Mapping[int, deque[tuple[date, Fraction]]], today: date) -> dict[int, exposure.Record]:
    """Return what the last year holds of each member, and forget what was before."""
    found = {}
    for number, own in history.items():
        while own and own[0][0] <= today - exposure.YEAR:
            own.popleft()
        if own:
            found[number] = exposure.Record(sum((seen for _, seen in own), Fraction()), len(own))
    return found


def _measured(plan: Plan, lines: Sequence[Line], readers: Sequence[int], unmet: int) -> Outcome:
    unit = Fraction(median(readers))
    return Outcome(
        plan=plan,
        lines=tuple(lines),
        readers=tuple(readers),
        gini=gini([line.rate for line in lines if line.chances >= ENOUGH]),
        everyone=gini([line.rate for line in lines]),
        max_minus_min=widest_gap((line.chances, line.seen / unit) for line in lines),
        unmet=unmet,
    )


def _people(plan: Plan, chance: random.Random) -> Iterator[Profile]:
    for number in range(1, plan.members + 1):
        fate = chance.random()
        # one in eight joins during the year, one in five is away for two to six months
        joins = chance.randrange(plan.editions) if fate < 0.125 else 0
        leaves = chance.randrange(plan.editions) if 0.125 <= fate < 0.325 else plan.editions
        begins = chance.randrange(52)
        yield Profile(
            number=number,
            trade=_one(TRADES, chance),
            village=_one(VILLAGES, chance),
            joins=joins,
            away=range(leaves, leaves + chance.randint(8, 26)),
            habit=_one(HABITS, chance),
            season=range(begins, begins + chance.randint(16, 30)),
        )


def _one(weights: dict[str, int], chance: random.Random) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def _readers(editions: int, swing: int, chance: random.Random) -> Iterator[int]:
    """Yield how many readers each edition reached: everybody on a growing list, or, one time in three, some of them."""
    for week in range(editions):
        smallest = 1 - swing / 100 if chance.random() < 1 / 3 else 0.96
        yield round((1500 + 4 * week) * chance.uniform(smallest, 1))
