"""A million readers from a file: ours against the same import written with csv, validation and `bulk_create`.

Each runs in a process of its own over an empty table, as a worker would; what stands in the end must be the same.
"""

import csv
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.house import Failed
from newsletter.servers.process import CODE

FIGURES = (
    Figure("import-bulk-create", "import of a file ÷ the same with csv + validation + bulk_create", 5, 5),
    Figure("import-copy-share", "a bare COPY of the same lines ÷ the import, in time", digits=2),
    Figure("import-mb", "most memory that the importing process ever held, MB", digits=0),
)
NAMES = tuple(figure.name for figure in FIGURES)
HEAD = "E-mail;Prénom;Langue;Code postal;Intérêts;Type;Date de consentement;Mesure"
BATCH = 2_000
FAULTS = 0.03
SOURCE = "Salon, bulletins papier"
FORGOTTEN = "audiences_consent, audiences_subscription, audiences_subscriber, audiences_suppression, audiences_import"


def measured(bench: Bench) -> None:
    """A file of readers, three faults in a hundred: ours, the usual way, and a bare COPY."""
    path = bench.house.var / "readers.csv"
    write(path, bench.sizes.lines)
    turns = bench.sizes.import_rounds
    ratios, shares, peaks = [], [], []
    for _ in range(turns):
        found = {who: _alone(who, path) for who in ("ours", "usual", "copy")}
        if found["ours"]["stands"] != found["usual"]["stands"]:
            raise Failed(f"not the same import: {found['ours']['stands']} and {found['usual']['stands']}")
        for who, of in found.items():
            bench.keep(f"lines a second, {who}", round(bench.sizes.lines / of["seconds"]))
        for step, seconds in found["ours"]["steps"].items():
            bench.keep(f"seconds of the import, {step}", round(seconds, 1))
        bench.keep("MB, usual", round(found["usual"]["mb"]))
        ratios.append(found["usual"]["seconds"] / found["ours"]["seconds"])
        shares.append(found["copy"]["seconds"] / found["ours"]["seconds"])
        peaks.append(found["ours"]["mb"])
    middle = turns // 2
    bench.note("import-bulk-create", sorted(ratios)[middle])
    bench.note("import-copy-share", sorted(shares)[middle])
    bench.note("import-mb", max(peaks))


def write(path: Path, count: int) -> None:
    """Write a file of so many lines; the same each time."""
    chance = random.Random(7)
    postcodes = ["13520", "13210", "13200", "84000", "75011", "69002", "30000", "34000", "", "06000"]
    names = ["Jeanne", "Paul", "Zoé", "Élodie", "Jean-Marc", "Inès", ""]
    tastes = ["", "vin", "À table, vin", "Nature et balades", "olive|patrimoine"]
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(HEAD + "\n")
        for number in range(count):
            address = f"lecteur{number}@boite{number % 50}.example"
            day = f"{1 + number % 28:02d}/{1 + number % 12:02d}/{2020 + number % 6}"
            if chance.random() < FAULTS:
                fault = number % 3
                address = f"lecteur{number}" if fault == 0 else address if fault == 1 else "LECTEUR1@boite1.example"
                day = "un jour" if fault == 1 else day
            cells = [address, chance.choice(names), chance.choice(["fr", "", "en"]), chance.choice(postcodes)]
            cells += [
                chance.choice(tastes),
                chance.choice(["", "pro", "presse"]),
                day,
                chance.choice(["oui", "non", ""]),
            ]
            out.write(";".join(cells) + "\n")


def _alone(who: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.importing", who, str(path)]
    done = subprocess.run(command, cwd=CODE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{who}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def ours(path: Path) -> dict[str, float]:
    """Receive, describe, read, count, confirm and take in, as the board and a worker do; return each step's seconds."""
    from django.utils import timezone

    from audiences import imports, readings
    from audiences.core.guessing import Column
    from audiences.imports import Statement

    letter, now, steps = _letter(), timezone.now(), {}
    began = time.perf_counter()

    def step(name: str) -> None:
        steps[name] = time.perf_counter() - began - sum(steps.values())

    with path.open("rb") as file:
        row = imports.receive(letter, file, name=path.name, by=None, now=now)
    columns = {Column(name): at for name, at in row.columns.items()}
    imports.tell(row, columns, Statement(SOURCE, None, tracking_evidence=SOURCE), by=None, now=now)
    step("received")
    readings.work(row.pk, until=now + timedelta(days=1))
    step("read and counted")
    imports.confirm(row, by=None, now=timezone.now())
    readings.work(row.pk, until=now + timedelta(days=1))
    row.refresh_from_db()
    step("taken")
    assert row.state == "done", row.state
    return steps


def usual(path: Path) -> dict[str, float]:
    """The same as one would write it at once: csv, a check of each line, and bulk_create by the thousand."""
    from django.db import transaction
    from django.utils import timezone

    from audiences import ledger
    from audiences.core import entries
    from audiences.core.address import BadAddress, parse
    from audiences.core.consent import Act, CustomerKind, Method, Purpose, stands
    from audiences.core.profile import first_name
    from audiences.keys import key_of
    from audiences.ledger import Saying
    from audiences.models import Consent, Subscriber, Subscription, Suppression
    from newsletter.models import Place

    letter, now, zone = _letter(), timezone.now(), timezone.get_default_timezone()
    towns = (entries.Town(*town) for town in Place.objects.values_list(*entries.Town._fields).iterator())
    gazetteer = entries.Gazetteer(towns)

    def checked(row: dict[str, str]) -> tuple[bytes, Subscriber, datetime, bool] | None:
        try:
            address = parse(row["E-mail"])
            given = timezone.make_aware(datetime.strptime(row["Date de consentement"], "%d/%m/%Y"))  # noqa: DTZ007
        except (BadAddress, ValueError):
            return None
        if given > now:
            return None
        commune, department = gazetteer.find(row["Code postal"], "") or ("", "")
        key = key_of(address)
        reader = Subscriber(
            address=address.shown,
            address_key=key,
            first_name=first_name(row["Prénom"]),
            language=entries.language(row["Langue"]) or "fr",
            commune=commune,
            department=department,
            interests=list(entries.interests(row["Intérêts"])[0]),
            kind=(entries.kind(row["Type"]) or CustomerKind.DIRECT).value,
            subscribed_on=timezone.localdate(given, zone),
        )
        return key, reader, given, row["Mesure"] == "oui"

    began = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        for batch in _batches(csv.DictReader(file, delimiter=";")):
            people: dict[bytes, tuple[Subscriber, datetime, bool]] = {}
            for row in batch:
                if found := checked(row):
                    people.setdefault(found[0], found[1:])
            with transaction.atomic():
                never = Suppression.objects.filter(address_key__in=list(people)).values_list("address_key", flat=True)
                for key in never:
                    people.pop(bytes(key))
                said = ledger.lines_of(letter, list(people))
                # who has spoken already keeps their word, so that the same person later in the file changes nothing
                people = {key: one for key, one in people.items() if not said.get((key, Purpose.NEWSLETTER))}
                readers = Subscriber.objects.bulk_create(
                    [reader for reader, _given, _measured in people.values()],
                    update_conflicts=True,
                    unique_fields=["address_key"],
                    update_fields=["first_name", "language", "commune", "department", "interests", "kind"],
                )
                Subscription.objects.bulk_create(
                    [
                        Subscription(
                            newsletter=letter,
                            subscriber=reader,
                            state="confirmed",
                            confirmed_at=given,
                            tracking=measured,
                        )
                        for reader, (_reader, given, measured) in zip(readers, people.values(), strict=True)
                    ],
                    update_conflicts=True,
                    unique_fields=["subscriber", "newsletter"],
                    update_fields=["state", "confirmed_at", "tracking"],
                )
                Consent.objects.bulk_create(
                    ledger.line(
                        letter,
                        key,
                        purpose,
                        Act.GIVEN,
                        Saying(Method.ATTESTED_IMPORT, SOURCE, reader.language),
                        at=given,
                    )
                    for key, (reader, given, measured) in people.items()
                    for purpose in ((Purpose.NEWSLETTER, Purpose.TRACKING) if measured else (Purpose.NEWSLETTER,))
                    if not stands(said.get((key, purpose), []))
                )
    return {"all": time.perf_counter() - began}


def copy(path: Path) -> dict[str, float]:
    """The lines as they are into a table of text, and nothing else."""
    from django.db import connection, transaction

    columns = ", ".join(f"c{number} text" for number in range(HEAD.count(";") + 1))
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute(f"CREATE TABLE bench_bare ({columns})")
        with cursor.copy("COPY bench_bare FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as stream:
            while piece := file.read(65_536):
                stream.write(piece)
    return {"all": time.perf_counter() - began}


def _batches(rows: Iterator[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _letter() -> Any:
    from newsletter.models import Newsletter

    return Newsletter.objects.get(slug="bench-import")


def _prepare() -> None:
    from django.db import connection

    from newsletter import places
    from newsletter.models import Association, Newsletter, Place

    if not Place.objects.exists():
        places.load()
    association, _made = Association.objects.get_or_create(
        name="Bench", defaults={"postal_address": "1 place", "contact_email": "bench@alpilles.example"}
    )
    Newsletter.objects.get_or_create(
        slug="bench-import",
        defaults={
            "association": association,
            "name": "Bench",
            "sender_name": "Bench",
            "sender_email": "bench@alpilles.example",
        },
    )
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audiences_consent DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {FORGOTTEN}, audiences_stagedreader CASCADE")
        cursor.execute("ALTER TABLE audiences_consent ENABLE TRIGGER USER")
        cursor.execute("CHECKPOINT")


def _stands() -> list[int]:
    """Return what stands, as far as two imports of one file must agree."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT sum(hashtext(address || first_name || language || commune || department || interests::text"
            " || kind || subscribed_on))::bigint FROM audiences_subscriber),"
            " (SELECT sum(hashtext(state || confirmed_at || tracking))::bigint FROM audiences_subscription),"
            " (SELECT sum(hashtext(purpose || act || locale || at || encode(address_key, 'hex')))::bigint"
            " FROM audiences_consent), (SELECT count(*) FROM audiences_consent)"
        )
        return [int(one or 0) for one in cursor.fetchone()]


def main() -> None:
    """Do one of them and say how long it took, how much it held, and what stands now."""
    import django

    django.setup()
    who, path = sys.argv[1], Path(sys.argv[2])
    _prepare()
    steps = {"ours": ours, "usual": usual, "copy": copy}[who](path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": sum(steps.values()), "steps": steps, "mb": peak, "stands": _stands()}))


if __name__ == "__main__":
    main()
