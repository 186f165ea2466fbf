"""The sending of two messages by two workers, small enough to be explored whole: every order, a crash at every point.

What a row may become is asked of the product's own tables (`MOVES`), what a journal proves of the sweeper's own
judgement (`fate`). A worker's steps for one message, each of which may be its last:

    noted ─ committed ─ dot noted ─ bytes leave ─ (the server takes it or not) ─ reply heard ─ reply noted ─ recorded

`Flaw`s put a mistake into the model that it must find; with none there is no duplicate, no loss and no dead end.
"""

import gc
from collections import deque
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from functools import cache
from typing import Any, NamedTuple

from campaigns.core.delivery import MOVES, DeliveryState, Turn
from campaigns.core.witness import Witness, fate

S = DeliveryState
WORKERS, MESSAGES = (0, 1), (0, 1)


class At(IntEnum):
    """How far a worker has come with a message, in its own memory."""

    __hash__ = int.__hash__  # an enum's own is Python, and a walk asks for it by the million
    NOTHING = auto()
    NOTED = auto()  # the arm line stands in the journal, the transaction is open
    ARMED = auto()
    DOT_NOTED = auto()
    WRITTEN = auto()  # the dot's bytes are the kernel's
    HEARD = auto()
    HEARD_NO = auto()  # 4xx
    HEARD_NOTED = auto()
    HEARD_NO_NOTED = auto()


class Flaw(Enum):
    ARM_NOTED_AFTER_COMMIT = auto()
    DOT_NOTED_AFTER_WRITE = auto()
    SWEEPS_THE_LIVING = auto()
    PUT_BACK_BY_TIME = auto()
    NO_JOURNAL_MEANS_UNSENT = auto()
    SESSION_ENDS_WITH_ROWS = auto()


class Line(IntEnum):
    __hash__ = int.__hash__
    ARM = auto()
    DOT = auto()
    YES = auto()
    NO = auto()


class Worker(NamedTuple):
    alive: bool = True
    locked: bool = True  # its line to the database stands
    whole: bool = True  # its journal is there
    late: bool = False  # send_before has passed: no body begins
    ended: bool = False  # swept, or ended by itself: nobody looks at it again
    fails: bool = True  # whether the walk lets anything happen to it


class Message(NamedTuple):
    row: DeliveryState = S.QUEUED
    owner: int = -1
    copies: int = 0
    resent: int = 0  # by a human
    flying: int = 0  # dots in a kernel's hands
    at: tuple[At, At] = (At.NOTHING, At.NOTHING)
    told: tuple[Line | None, Line | None] = (None, None)  # the journals' last line on it
    needless: bool = False  # came into doubt though nothing of its end can have left, and the journal is there
    taken: tuple[bool | None, bool | None] = (None, None)  # what the server did with each worker's bytes


class World(NamedTuple):
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    messages: tuple[Message, Message] = (Message(), Message())


def _set(pair, index, value):  # type: ignore[no-untyped-def]
    return (value, pair[1]) if index == 0 else (pair[0], value)


def replace(of: Any, **changes: Any) -> Any:
    return of._replace(**changes)


def turn(message: Message, by: Turn) -> DeliveryState:
    return MOVES[message.row][by]


def witness(world: World, w: int, m: int) -> Witness | None:
    if not world.workers[w].whole:
        return None
    line = world.messages[m].told[w]
    return Witness(
        armed=frozenset({m} if line else ()),
        dots=frozenset({m} if line in (Line.DOT, Line.YES, Line.NO) else ()),
        replies={Line.YES: {m: 250}, Line.NO: {m: 450}}.get(line, {}),  # type: ignore[arg-type]
    )


def _plain(world: World) -> World:
    """Forget what can matter no more, so that worlds that only differ in it are one; workers have no names."""
    workers = (_plain_worker(world.workers[0]), _plain_worker(world.workers[1]))
    return World(workers, (_plain_message(world.messages[0], workers), _plain_message(world.messages[1], workers)))


@cache
def _plain_worker(worker: Worker) -> Worker:
    return worker if worker.alive else replace(worker, late=False, whole=worker.whole and not worker.ended)


# Worlds are many, and made of few messages: what becomes of each is worked out once.
@cache
def _plain_message(message: Message, workers: tuple[Worker, Worker]) -> Message:
    for w, worker in enumerate(workers):
        at = message.at[w] if worker.alive else At.NOTHING
        mine = message.row in (S.SENDING, S.IN_DOUBT) and message.owner == w
        told = message.told[w] if at is not At.NOTHING or (message.row is S.SENDING and mine) else None
        taken = message.taken[w] if at is At.WRITTEN else None
        message = replace(
            message,
            at=_set(message.at, w, at),
            told=_set(message.told, w, told if worker.whole else None),
            taken=_set(message.taken, w, taken),
            owner=-1 if message.owner == w and not mine else message.owner,
        )
    return message


def steps(world: World, flaw: Flaw | None = None) -> "list[World]":
    """Every world that one step of anyone makes of this one."""
    after: list[World] = []
    for w, worker in enumerate(world.workers):
        for m in MESSAGES:
            after += [_with(world, m, made) for made in _message_steps(worker, world.messages[m], w, flaw)]
        if worker.alive and worker.fails:
            after.append(_worker(world, w, alive=False, locked=False))  # SIGKILL, at any point
            if worker.locked:
                after.append(_worker(world, w, locked=False))  # the line is cut, the process lives
            if not worker.late:
                after.append(_worker(world, w, late=True))
        if worker.whole and worker.fails:
            after.append(_worker(world, w, whole=False))  # the journal is gone
        if not worker.locked and not worker.ended:
            after.append(_sweep(world, w, flaw))
    for m, message in enumerate(world.messages):
        if message.row is S.IN_DOUBT and not message.resent:
            after.append(_with(world, m, replace(message, row=turn(message, Turn.RESEND), resent=1)))
    return after


@cache
def _message_steps(worker: Worker, message: Message, w: int, flaw: Flaw | None) -> "list[Message]":
    at, made = message.at[w], []

    def now(at: At, told: Line | None = None, **changes: object) -> Message:
        told_now = _set(message.told, w, told) if told else message.told
        return replace(message, at=_set(message.at, w, at), told=told_now, **changes)  # type: ignore[arg-type]

    # The kernel and the server go on without the process.
    if message.taken[w] is None and message.flying >> w & 1:
        landed = {"flying": message.flying & ~(1 << w)}
        made.append(replace(message, copies=message.copies + 1, taken=_set(message.taken, w, True), **landed))
        made.append(replace(message, taken=_set(message.taken, w, False), **landed))
    if not worker.alive:
        return made
    arms = {"row": S.SENDING, "owner": w, "taken": _set(message.taken, w, None)}
    match at:
        case At.NOTHING if message.row is S.QUEUED and worker.locked and not worker.late and not worker.ended:
            if flaw is Flaw.ARM_NOTED_AFTER_COMMIT:
                made.append(now(At.NOTED, **arms))
            else:
                made.append(now(At.NOTED, Line.ARM))
        case At.NOTED:
            if flaw is Flaw.ARM_NOTED_AFTER_COMMIT:
                made.append(now(At.ARMED, Line.ARM))
            else:
                # The statement looks at row and session once more under their locks; a commit may also fail.
                if message.row is S.QUEUED and not worker.ended:
                    made.append(now(At.ARMED, **arms))
                made.append(now(At.NOTHING))
        case At.ARMED if worker.late:
            if message.row is S.SENDING and message.owner == w:
                made.append(now(At.NOTHING, row=turn(message, Turn.DISARM), owner=-1))
            else:
                made.append(now(At.NOTHING))
        case At.ARMED if flaw is Flaw.DOT_NOTED_AFTER_WRITE:
            made.append(now(At.DOT_NOTED, flying=message.flying | 1 << w))
        case At.ARMED:
            made.append(now(At.DOT_NOTED, Line.DOT))
        case At.DOT_NOTED if flaw is Flaw.DOT_NOTED_AFTER_WRITE:
            made.append(now(At.WRITTEN, Line.DOT))
        case At.DOT_NOTED if worker.late:
            made.append(
                now(At.NOTHING, row=S.QUEUED) if message.owner == w and message.row is S.SENDING else now(At.NOTHING)
            )
        case At.DOT_NOTED:
            made.append(now(At.WRITTEN, flying=message.flying | 1 << w))
        case At.WRITTEN:
            if message.taken[w] is True:
                made.append(now(At.HEARD))
            if message.taken[w] is False:
                made.append(now(At.HEARD_NO))
            # Silence, whatever the server did: doubt.
            made.append(_recorded(message, w, Turn.LOSE))
        case At.HEARD:
            made.append(now(At.HEARD_NOTED, Line.YES))
        case At.HEARD_NO:
            made.append(now(At.HEARD_NO_NOTED, Line.NO))
        case At.HEARD_NOTED:
            made.append(_recorded(message, w, Turn.ACCEPT))
        case At.HEARD_NO_NOTED:
            made.append(_recorded(message, w, Turn.DEFER))
    return made


def _recorded(message: Message, w: int, by: Turn) -> Message:
    """RECORD: only the session that armed the row speaks, over SENDING, and with a definite answer over doubt."""
    done = replace(message, at=_set(message.at, w, At.NOTHING))
    if message.owner != w:
        return done
    if message.row is S.SENDING:
        return replace(done, row=turn(message, by))
    if message.row is S.IN_DOUBT and by is Turn.ACCEPT:
        return replace(done, row=MOVES[S.IN_DOUBT][Turn.PROVE_SENT])
    return done


def _sweep(world: World, w: int, flaw: Flaw | None) -> World:
    worker = world.workers[w]
    left = False
    for m, message in enumerate(world.messages):
        if message.row is not S.SENDING or message.owner != w:
            continue
        over = not worker.alive or worker.late or flaw is Flaw.SWEEPS_THE_LIVING
        # Of a living process, what has a dot line may still be heard of; SILENCE is what makes it doubt.
        if not over or flaw is Flaw.SESSION_ENDS_WITH_ROWS:
            left = True
            continue
        by = fate(witness(world, w, m), m)
        if by is Turn.LOSE and witness(world, w, m) is None and flaw is Flaw.NO_JOURNAL_MEANS_UNSENT:
            by = Turn.DISARM
        if flaw is Flaw.PUT_BACK_BY_TIME:
            by = Turn.DISARM
        needless = by is Turn.LOSE and worker.whole and message.at[w] < At.DOT_NOTED and message.told[w] != Line.DOT
        message = replace(message, needless=message.needless or needless)
        owner = -1 if by is Turn.DISARM else w
        world = _with(world, m, replace(message, row=turn(message, by), owner=owner))
    if left and flaw is not Flaw.SESSION_ENDS_WITH_ROWS:
        return world
    return _worker(world, w, ended=True)


def _with(world: World, m: int, message: Message) -> World:
    return replace(world, messages=_set(world.messages, m, message))


def _worker(world: World, w: int, **changes: bool) -> World:
    return replace(world, workers=_set(world.workers, w, replace(world.workers[w], **changes)))


@dataclass
class Explored:
    worlds: int = 0
    doubled: "World | None" = None
    lost: "World | None" = None
    needless: "World | None" = None
    stuck: "World | None" = None


# One message, and everything may happen to both workers.
ONE = World(messages=(Message(), Message(row=S.SKIPPED)))
# Two messages; everything but the journal's loss and a human's second word may happen to one of the workers.
TWO = World(workers=(Worker(), Worker(fails=False)), messages=(Message(resent=1), Message(resent=1)))


def explore(start: World, flaw: Flaw | None = None, *, stop_at_harm: bool = False) -> Explored:
    """Walk through every reachable world, breadth first; with a flaw, only until it has done harm."""
    gc.disable()  # tuples without circles, all of them kept: looking through them again and again finds nothing
    try:
        return _explore(start, flaw, stop_at_harm)
    finally:
        gc.enable()


def _explore(start: World, flaw: Flaw | None, stop_at_harm: bool) -> Explored:
    seen, edges = {start: 0}, [[]]  # type: ignore[var-annotated]
    found, waiting = Explored(), deque([(0, start)])
    order = [start]
    while waiting:
        here, world = waiting.popleft()
        for message in world.messages:
            if message.copies > 1 + (message.resent if start is ONE else 0):
                found.doubled = found.doubled or world
            if message.row is S.SENT and not message.copies:
                found.lost = found.lost or world
            if message.needless:
                found.needless = found.needless or world
        if stop_at_harm and (found.doubled or found.lost or found.needless):
            break
        for then in map(_plain, steps(world, flaw)):
            there = seen.setdefault(then, len(order))  # asked once: to hash a world is what takes the time
            if there == len(order):
                order.append(then)
                edges.append([])
                waiting.append((there, then))
            edges[there].append(here)  # backwards
    found.worlds = len(order)
    found.stuck = _stuck(order, edges)
    return found


def _stuck(order: "list[World]", back: "list[list[int]]") -> "World | None":
    """A world from which no way leads to one where nothing is in SENDING: a loss that nobody would notice."""
    good = [i for i, world in enumerate(order) if all(m.row is not S.SENDING for m in world.messages)]
    reached, waiting = set(good), deque(good)
    while waiting:
        for before in back[waiting.popleft()]:
            if before not in reached:
                reached.add(before)
                waiting.append(before)
    return next((world for i, world in enumerate(order) if i not in reached), None)
