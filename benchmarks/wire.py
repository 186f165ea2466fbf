"""How fast the wire is: `python benchmarks/wire.py [MESSAGES]`, pipelined against smtplib in one run, medians of five.

Both send the same 56 kB messages into the same cheap sink (csink.c), from one process; CPU is the sender's own. Further
arguments name servers to send to instead, as HOST:PORT. Commands given with --sender are timed beside them.
"""

import argparse
import os
import resource
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from campaigns.wire.letters import Outgoing, check_dots
from campaigns.wire.line import Wire
from newsletter.core.relay import Relay

HERE = Path(__file__).parent
LINE = b'<td style=3D"padding:16px">Huile d=E2=80=99olive des Alpilles, la r=C3=A9colte</td>=\r\n'
SENDER = "lettre@alpilles.example"


def message(size: int = 56_000) -> bytes:
    head = b"From: <%b>\r\nTo: <a@b.example>\r\nSubject: La lettre\r\n\r\n" % SENDER.encode()
    data = head + LINE * ((size - len(head)) // len(LINE))
    check_dots(data)
    return data


def pipelined(host: str, port: int, count: int, data: bytes, connections: int = 4) -> int:
    """Send through the wire as the owner's loop would; return how many were accepted."""
    wire = Wire(Relay(host, port), ehlo_name="bench.example", connections=connections)
    handed = accepted = answered = 0
    while answered < count:
        for _ in range(min(wire.room(), count - handed)):
            # A message of its own each time, as a filled template is.
            wire.put(Outgoing(handed, SENDER, f"reader{handed}@boite.example", [data]))
            handed += 1
        for reply in wire.poll(5):
            answered += 1
            accepted += reply.code == 250
    wire.close()
    return accepted


def plain(host: str, port: int, count: int, data: bytes) -> int:
    """Send through smtplib on one connection, written as people write it."""
    with smtplib.SMTP(host, port, "bench.example") as smtp:
        for number in range(count):
            smtp.sendmail(SENDER, [f"reader{number}@boite.example"], data)
    return count


def measured(send: Callable[[], int]) -> tuple[float, float]:
    """Return messages per second, and microseconds of our CPU for each."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    accepted = send()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return accepted / seconds, cpu / accepted * 1e6


def sink() -> tuple[subprocess.Popen[bytes], int]:
    """Start the cheap sink on a free port."""
    compiler = shutil.which("cc") or sys.exit("the cheap sink wants a C compiler: cc is not there")
    binary = Path(tempfile.mkdtemp()) / "csink"
    subprocess.run([compiler, "-O2", "-w", "-o", binary, HERE / "csink.c"], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([binary, str(port)])
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, port
        time.sleep(0.02)
    sys.exit("the sink did not start")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("messages", type=int, nargs="?", default=20_000)
    arguments.add_argument("--connections", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--to", help="HOST:PORT of a running server instead of the cheap sink")
    arguments.add_argument("--sender", help="a command to time beside ours; {host} {port} {count} are filled in")
    options = arguments.parse_args()
    process = None
    if options.to:
        host, _, number = options.to.rpartition(":")
        port = int(number)
    else:
        process, port = sink()
        host = "127.0.0.1"
    data, count, few = message(), options.messages, max(1, options.messages // 10)
    runs: dict[str, list[tuple[float, float]]] = {"pipelined": [], "smtplib": [], "command": []}
    try:
        for _ in range(options.rounds):
            runs["pipelined"].append(measured(lambda: pipelined(host, port, count, data, options.connections)))
            runs["smtplib"].append(measured(lambda: plain(host, port, few, data)))
            if options.sender:
                runs["command"].append(_command(options.sender.format(host=host, port=port, count=count), count))
    finally:
        if process:
            process.terminate()
            process.wait()
    print(f"{len(data)} bytes, {count} messages ({few} with smtplib), {options.rounds} rounds, {os.cpu_count()} cores")
    for name, results in runs.items():
        if results:
            rate, cpu = (statistics.median(column) for column in zip(*results, strict=True))
            spread = f"{min(r for r, _ in results):.0f} to {max(r for r, _ in results):.0f}"
            print(f"{name:10} {rate:8.0f} messages/s ({spread}), {cpu:6.1f} µs CPU per message")


def _command(command: str, count: int) -> tuple[float, float]:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return count / seconds, cpu / count * 1e6


if __name__ == "__main__":
    main()
