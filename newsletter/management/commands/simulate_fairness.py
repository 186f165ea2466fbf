from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter.core.exposure import ENOUGH_FOR_A_MEDIAN
from newsletter.core.simulation import ENOUGH, HABITS, Line, Outcome, Plan, quotas_of, run

# the command speaks as its readers do: it is shown at assemblies
HABIT_WORDS = {"always": "toute l’année", "season": "une saison", "sometimes": "de temps en temps"}
TRADE_WORDS = {
    "restaurant": "restauration",
    "lodging": "hébergement",
    "wine_estate": "domaines",
    "craft": "artisanat",
    "activity": "activités",
    "olive_mill": "moulins",
    "guide": "guides",
}
WIDTH = 24
# What a year is to come to.
AIM_GINI, AIM_GAP = Fraction(5, 100), 1


class Command(BaseCommand):
    help = (
        "Live a year of an invented association by the rule of the fair selection, and measure how even it was. "
        "Opens no database. The last line is: gini N max_minus_min N (see newsletter/core/simulation.py for both)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=60)
        parser.add_argument("--editions", type=int, default=52, help="one a week")
        parser.add_argument("--slots", type=int, default=10, help="the first one full-size, the others half of it")
        parser.add_argument("--swing", type=int, default=40, help="by how many percent the readers of an edition vary")
        parser.add_argument("--seed", default="1")
        parser.add_argument("--seeds", type=int, metavar="N", help="live the year N times, with the draws 1 to N")
        parser.add_argument("--without-quotas", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        slots, swing = options["slots"], options["swing"]
        if min(options["members"], options["editions"], slots) < 1 or not 0 <= swing < 100:
            raise CommandError("members, editions and slots are 1 or more, the swing from 0 to 99")
        quotas = () if options["without_quotas"] else quotas_of(slots)
        plan = Plan(options["members"], options["editions"], slots, swing, options["seed"], quotas)
        if options["seeds"] is not None:
            if options["seeds"] < 1:
                raise CommandError("seeds is 1 or more")
            for line in sweep(plan, options["seeds"]):
                self.stdout.write(line)
            return
        for line in table(run(plan)):
            self.stdout.write(line)


def sweep(plan: Plan, seeds: int) -> Iterator[str]:
    """Yield a line for each draw as it is lived, then the median, the 95th of a hundred and the worst of both."""
    yield f"{'tirage':>8}{'gini':>9}{'tous':>9}{'max − min':>12}"
    outcomes = []
    for seed in range(1, seeds + 1):
        one = run(replace(plan, seed=str(seed)))
        outcomes.append(one)
        missed = " *" if one.gini >= AIM_GINI or one.max_minus_min > AIM_GAP else ""
        yield f"{seed:>8}{float(one.gini):>9.3f}{float(one.everyone):>9.3f}{float(one.max_minus_min):>12.2f}{missed}"
    columns = [sorted(getattr(one, name) for one in outcomes) for name in ("gini", "everyone", "max_minus_min")]
    yield ""
    for words, at in (("médiane", (seeds - 1) // 2), ("95 %", max(0, -(-seeds * 95 // 100) - 1)), ("pire", seeds - 1)):
        gini, everyone, gap = (float(column[at]) for column in columns)
        yield f"{words:>8}{gini:>9.3f}{everyone:>9.3f}{gap:>12.2f}"
    beyond = sum(one.gini >= AIM_GINI for one in outcomes), sum(one.max_minus_min > AIM_GAP for one in outcomes)
    yield f"* manqué : gini {beyond[0]} fois sur {seeds}, max − min {beyond[1]} fois. La dernière ligne dit le pire."
    yield f"gini {float(columns[0][-1]):.3f} max_minus_min {round(float(columns[2][-1]), 2):g}"


def table(outcome: Outcome) -> list[str]:
    """Return a year as a French table, the measures in its last line."""
    plan = outcome.plan
    middle = median([line.rate for line in outcome.lines]) if outcome.lines else 0
    rows = [
        f"{plan.members} membres, {plan.editions} lettres de {plan.slots} places (la première en grand),"
        f" tirage « {plan.seed} »",
        f"{min(outcome.readers)} à {max(outcome.readers)} lecteurs par lettre, médiane {median(outcome.readers):g}",
        f"quotas : {len(plan.quotas)} posés, {outcome.unmet} fois un minimum n’a pas pu être tenu",
        "",
        f"{'':{WIDTH}}{'membres':>8}{'lettres':>9}{'places':>8}{'grandes':>9}{'vu par lettre':>15}{'plus bas':>10}"
        f"{'plus haut':>11}",
    ]
    by_habit = [(HABIT_WORDS[habit], [one for one in outcome.lines if one.profile.habit == habit]) for habit in HABITS]
    away = [one for one in outcome.lines if one.profile.away.start < plan.editions]
    new = [one for one in outcome.lines if one.profile.joins]
    trades = Counter(one.profile.trade for one in outcome.lines)
    by_trade = [(TRADE_WORDS[name], [one for one in outcome.lines if one.profile.trade == name]) for name in trades]
    by_trade.sort(key=lambda group: (-len(group[1]), group[0]))
    groups = [*by_habit, ("dont partis des mois", away), ("dont arrivés en cours", new)]
    rows += [_row(words, lines, middle) for words, lines in groups if lines]
    rows += ["", *(_row(words, lines, middle) for words, lines in by_trade), _row("tous", outcome.lines, middle)]
    rows += [
        "",
        "« lettres » : celles où le membre avait une offre prête (moyenne) ; « places » : obtenues (moyenne).",
        "« vu par lettre » : lecteurs devant une grande place, une petite comptant pour moitié, par lettre où le",
        f"membre avait une offre ; 100 % est le membre du milieu ({round(middle)} lecteurs).",
        f"gini : sur les membres d’au moins {ENOUGH} lettres ; sur tous ceux d’une lettre ou plus :"
        f" {float(outcome.everyone):.3f}.",
        "max_minus_min : le plus grand écart, sur l’année, entre deux membres d’autant de lettres, en grandes places.",
        measures(outcome),
    ]
    return rows


def measures(outcome: Outcome) -> str:
    """Return the last line, which programs read."""
    return f"gini {float(outcome.gini):.3f} max_minus_min {round(float(outcome.max_minus_min), 2):g}"


def _row(words: str, lines: "tuple[Line, ...] | list[Line]", middle: Any) -> str:
    """Return one group: how many they are, and how they were seen; 100 % is the member in the middle."""
    count = len(lines)
    # of one or two with few chances, a percentage would be an accident
    rates = [line.rate / middle * 100 for line in lines if line.chances >= ENOUGH_FOR_A_MEDIAN and middle]
    seen = f"{float(median(rates)):>13.0f} %{float(min(rates)):>8.0f} %{float(max(rates)):>9.0f} %" if rates else ""
    return (
        f"{words:{WIDTH}}{count:>8}{sum(line.chances for line in lines) / count:>9.1f}"
        f"{sum(line.places for line in lines) / count:>8.1f}{sum(line.full_size for line in lines) / count:>9.1f}{seen}"
    )
