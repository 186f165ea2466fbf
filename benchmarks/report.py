"""`python -m benchmarks.report [JSON]`: put what `make bench-send` measured last into docs/speed.md."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from benchmarks.figures import table
from newsletter.servers import laptop
from newsletter.servers.process import CODE

PAGE = CODE / "docs" / "speed.md"
MEASURED = re.compile(r"(<!-- measured -->\n).*(<!-- /measured -->)", re.DOTALL)


def written(page: str, found: dict[str, Any]) -> str:
    """Return the page with the table, the rates behind it, and what it was measured on."""
    values = {name: one["value"] for name, one in found["figures"].items() if one["value"] is not None}
    versions = "; ".join(f"{name} {value}" for name, value in found["versions"].items())
    missing = "".join(f"\nNot measured: `{name}`, {why}\n" for name, why in found["missing"].items())
    body = f"\n{table(values)}\n{missing}\n{_rates(found['runs'])}\n\n{versions}.\n\n"
    return MEASURED.sub(lambda marks: marks[1] + body + marks[2], page)


def _rates(runs: dict[str, list[dict[str, Any]]]) -> str:
    lines = ["| messages a second | runs |", "| --- | --- |"]
    for name, of in runs.items():
        if rates := [one["rate"] for one in of if "rate" in one]:
            lines.append(f"| {name} | {', '.join(f'{rate:,.0f}' for rate in rates)} |")
    return "\n".join(lines)


def main() -> None:
    """Rewrite the page."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else laptop.var() / "bench" / "bench-send.json"
    PAGE.write_text(written(PAGE.read_text(), json.loads(source.read_text())))
    print(f"{PAGE} says what {source} found")


if __name__ == "__main__":
    main()
