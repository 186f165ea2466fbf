"""`python -m benchmarks.report [JSON …]`: put what the benches measured last into docs/speed.md."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, table
from newsletter.servers import laptop
from newsletter.servers.process import CODE

PAGE = CODE / "docs" / "speed.md"
KEPT = ("bench/bench-send.json", "bench-feedback/bench-feedback.json")


def written(page: str, bench: str, found: dict[str, Any]) -> str:
    """Return the page with the bench's table, the rates behind it, and what it was measured on."""
    figures = [Figure(**{name: of for name, of in one.items() if name != "value"}) for one in found["figures"].values()]
    values = {name: one["value"] for name, one in found["figures"].items() if one["value"] is not None}
    versions = "; ".join(f"{name} {value}" for name, value in found["versions"].items())
    missing = "".join(f"\nNot measured: `{name}`, {why}\n" for name, why in found["missing"].items())
    body = f"\n{table(values, figures)}\n{missing}\n{_runs(found['runs'])}\n\n{versions}.\n\n"
    between = re.compile(rf"(<!-- {bench} -->\n).*(<!-- /{bench} -->)", re.DOTALL)
    return between.sub(lambda marks: marks[1] + body + marks[2], page)


def _runs(runs: dict[str, list[Any]]) -> str:
    """Return the rates of all runs, or what else they were."""
    lines = ["| a second, where nothing else is said | runs |", "| --- | --- |"]
    for name, of in runs.items():
        rates = [
            one["rate"] if isinstance(one, dict) else one for one in of if not isinstance(one, dict) or "rate" in one
        ]
        if rates:
            lines.append(f"| {name} | {', '.join(f'{rate:,.0f}' for rate in rates)} |")
    return "\n".join(lines)


def main() -> None:
    """Rewrite the page."""
    given = map(Path, sys.argv[1:])
    for source in list(given) or [path for one in KEPT if (path := laptop.var() / one).exists()]:
        PAGE.write_text(written(PAGE.read_text(), source.stem, json.loads(source.read_text())))
        print(f"{PAGE} says what {source} found")


if __name__ == "__main__":
    main()
