"""Which operator takes whose mail: asked of the DNS before an audience is frozen, and kept with its age."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from audiences import segments
from audiences.models import Subscriber
from campaigns import paces
from campaigns.core.operators import NOWHERE, operator_of
from campaigns.models import Chunk, MailDomain
from newsletter import exchangers
from newsletter.exchangers import Exchangers, Problem
from newsletter.models import Newsletter

# Exchangers move rarely; who could not be asked is asked again soon.
KEEP, AGAIN = timedelta(days=7), timedelta(minutes=15)
# Rows whose domain could not be asked about wait for its answer, and are looked at once a day without one.
WAIT = timedelta(days=1)
ABREAST = 16
MOST = 2_000


def are_asked() -> bool:
    """Return whether any road keeps the operators' limits itself; else nobody needs to know them."""
    return any(road.by_operator for road in paces.relays())


def unknown() -> bool:
    """Return whether some reader's domain was never asked about."""
    return Subscriber.objects.filter(~Exists(MailDomain.objects.filter(name=OuterRef("mail_domain")))).exists()


def readers_by_operator(newsletter: Newsletter, *, now: datetime) -> Counter[str]:
    """Return how many of a newsletter's readers each operator serves, as far as the DNS was asked."""
    operators = dict(MailDomain.objects.values_list("name", "operator"))
    found: Counter[str] = Counter()
    sizes = segments.writable(newsletter, now=now).order_by().values_list("mail_domain").annotate(n=Count("pk"))
    for name, n in sizes:
        found[operators.get(name, "")] += n
    return found


def look_up(*, now: datetime, within: float = 3.0) -> int:
    """Ask about domains that are new or whose answer is old, so many seconds at most; return how many answered.

    Not to be called in a transaction: nothing is held while we wait for others.
    """
    names = list(_due(now).values_list("mail_domain", flat=True).order_by().distinct()[:MOST])
    with _Pool() as pool:
        asked = {pool.submit(exchangers.find, name): name for name in names}
        done, _ = wait(asked, timeout=within)
        note({asked[future]: future.result() for future in done if not future.cancelled()}, now=now)
        return len(done)


def note(found: dict[str, Exchangers], *, now: datetime) -> None:
    """Keep what the DNS said, and let chunks go that waited for it."""
    silent = [name for name, said in found.items() if said.problem is Problem.UNANSWERED]
    # An old answer is better than none; it is asked for again as soon as one that never came.
    MailDomain.objects.filter(name__in=silent).exclude(problem=Problem.UNANSWERED).update(checked_at=now - KEEP + AGAIN)
    MailDomain.objects.bulk_create(
        [_row(name, Exchangers(problem=Problem.UNANSWERED), now) for name in silent], ignore_conflicts=True
    )
    MailDomain.objects.filter(name__in=silent, problem=Problem.UNANSWERED).update(checked_at=now)
    rows = [_row(name, said, now) for name, said in found.items() if name not in set(silent)]
    MailDomain.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["operator", "hosts", "problem", "checked_at"],
    )
    waiting = set(Chunk.objects.exclude(domain="").values_list("domain", flat=True).distinct())
    for row in rows:
        if row.name in waiting:
            Chunk.objects.filter(domain=row.name).update(
                operator=row.operator, hosts=" ".join(row.hosts), domain="", not_before=now
            )
    Chunk.objects.filter(domain__in=silent).update(not_before=now + WAIT)


def _row(name: str, said: Exchangers, now: datetime) -> MailDomain:
    operator = NOWHERE if said.problem is Problem.NOWHERE else operator_of(said.hosts)
    return MailDomain(name=name, operator=operator, hosts=list(said.hosts), problem=said.problem or "", checked_at=now)


def _due(now: datetime) -> QuerySet[Subscriber]:
    fresh = MailDomain.objects.filter(name=OuterRef("mail_domain"), checked_at__gt=now - KEEP)
    return Subscriber.objects.filter(
        ~Exists(fresh.filter(~Q(problem=Problem.UNANSWERED) | Q(checked_at__gt=now - AGAIN)))
    )


class _Pool(ThreadPoolExecutor):
    """Threads that nobody waits for: what was not answered in time is asked again another time."""

    def __init__(self) -> None:
        super().__init__(ABREAST, thread_name_prefix="dns")

    def __exit__(self, *_: object) -> None:
        self.shutdown(wait=False, cancel_futures=True)
