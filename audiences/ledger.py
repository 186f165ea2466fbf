"""The ledger of consent: what was said is added, never changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from audiences.core.consent import Act, Method, Purpose, Said, stands
from audiences.models import Consent
from newsletter.models import Newsletter
from newsletter.statements import Statement

# Every reader who leaves waits for these.
LINES = Statement("""
SELECT address_key, purpose, act, at FROM audiences_consent
WHERE newsletter = %(newsletter)s AND address_key = ANY(%(keys)s::bytea[])
""")
WITHDRAW = Statement("""
INSERT INTO audiences_consent
    (address_key, purpose, newsletter, act, method, wording, locale, form_version, source, actor, at)
SELECT %(key)s::bytea, said.purpose, %(newsletter)s::text, 'withdrawn', %(method)s::text, %(wording)s::text,
       %(locale)s::text, %(form_version)s::text, %(source)s::text, %(actor)s::bigint, said.at
FROM unnest(%(purposes)s::text[], %(times)s::timestamptz[]) AS said(purpose, at)
RETURNING id
""")
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Saying:
    """How something was said: everything a line keeps beside who, what and when."""

    method: Method
    source: str
    locale: str = "fr"
    wording: str = ""
    form_version: str = ""
    actor: int | None = None


def lines(newsletter: Newsletter, address_key: bytes, purpose: Purpose) -> list[Said]:
    """Return what this person ever said to this newsletter about this purpose."""
    return lines_of(newsletter, [address_key])[bytes(address_key), purpose]


def lines_of(newsletter: Newsletter, address_keys: Collection[bytes]) -> defaultdict[tuple[bytes, Purpose], list[Said]]:
    """Return the same for many people at once, by person and purpose."""
    found: defaultdict[tuple[bytes, Purpose], list[Said]] = defaultdict(list)
    asked = {"newsletter": newsletter.slug, "keys": [bytes(key) for key in address_keys]}
    for key, purpose, act, at in LINES.ask(asked):
        found[bytes(key), Purpose(purpose)].append(Said(Act(act), at))
    return found


def line(
    newsletter: Newsletter, address_key: bytes, purpose: Purpose, act: Act, saying: Saying, *, at: datetime
) -> Consent:
    """Return an unsaved line."""
    return Consent(
        address_key=address_key,
        purpose=purpose.value,
        newsletter=newsletter.slug,
        act=act.value,
        method=saying.method.value,
        wording=saying.wording,
        locale=saying.locale,
        form_version=saying.form_version,
        source=saying.source[:200],
        actor=saying.actor,
        at=at,
    )


def say(
    newsletter: Newsletter, address_key: bytes, purpose: Purpose, act: Act, saying: Saying, *, now: datetime
) -> Consent:
    """Add one line; what is said later never bears an earlier time than what was said before."""
    at = later(now, lines(newsletter, address_key, purpose))
    row = line(newsletter, address_key, purpose, act, saying, at=at)
    row.save(force_insert=True)
    return row


def give(newsletter: Newsletter, address_key: bytes, purpose: Purpose, saying: Saying, *, now: datetime) -> bool:
    """Say yes, unless a yes stands; return whether a line was added."""
    if stands(lines(newsletter, address_key, purpose)):
        return False
    say(newsletter, address_key, purpose, Act.GIVEN, saying, now=now)
    return True


def withdraw(newsletter: Newsletter, address_key: bytes, *purposes: Purpose, saying: Saying, now: datetime) -> bool:
    """Say no to each of these, unless a no stands; return whether a line was added. One look, one writing down."""
    said = lines_of(newsletter, [address_key])
    times = {}
    for purpose in purposes:
        before = said[bytes(address_key), purpose]
        if stands(before) or not any(word.act is Act.WITHDRAWN for word in before):
            times[purpose.value] = later(now, before)
    if times:
        how = {"purposes": list(times), "times": list(times.values()), **asdict(saying), "source": saying.source[:200]}
        how["method"] = saying.method.value
        WITHDRAW.ask({"key": bytes(address_key), "newsletter": newsletter.slug, **how})
    return bool(times)


def later(now: datetime, said: Iterable[Said]) -> datetime:
    """Return `now`, or a moment after the last word where two came at once."""
    return max([now, *(word.at + A_MOMENT for word in said)])
