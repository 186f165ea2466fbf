"""Campaigns through a provider's HTTP interface, for the same ledger as SMTP: messages in, a receipt for each out."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from anymail.exceptions import AnymailError
from requests import RequestException

from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.esp import Course, Judgement, judge_call, retry_after, turn_of
from campaigns.core.fault import Fault
from campaigns.core.receipt import Phase, Receipt
from campaigns.core.wordings import discreet
from campaigns.wire.http import ANSWER_TIMEOUT, Progress, Withheld
from campaigns.wire.provider import Envelopes, Letter, open_backend
from newsletter.core.headers import Address, address_value
from newsletter.core.holes import BadValue
from newsletter.core.message import MessageTemplate
from newsletter.core.providers import Account

log = logging.getLogger(__name__)
Gate = Callable[[Sequence[int]], bool]
# After these seconds a call whose end is unknown is repeated, where a key keeps it from being sent twice.
REPEATS = (1.0, 4.0)
# So many readers in a row refused in the same words: then it is not the readers.
SAME_WORDS = 3
# So many calls in a row that nobody answered: then the provider is away. After the first, one message asks.
SILENT = 2
# A connection left idle this long may be closed over there just as we write: that would be doubt for nothing.
IDLE = 5.0


@dataclass
class Answer:
    """What became of the messages: receipts, and those that went back untried, with what holds them up."""

    receipts: list[Receipt] = field(default_factory=list)
    untried: list[int] = field(default_factory=list)
    pause: PauseReason | None = None
    detail: str = ""
    # Asked to slow down: nothing more before this long.
    wait: timedelta | None = None

    @property
    def held_up(self) -> bool:
        return self.pause is not None or self.wait is not None


@dataclass(frozen=True)
class _End:
    """How one call ended: the status of each recipient, or the judgement on all of them."""

    statuses: dict[str, tuple[str | None, str]] | None = None
    judgement: Judgement | None = None
    code: int | None = None
    text: str = ""
    phase: Phase = Phase.REPLIED
    wait: timedelta | None = None
    withheld: bool = False


class EspSession:
    """A connection to a provider; one call at a time, and at most one call's messages in doubt."""

    def __init__(
        self,
        account: Account,
        *,
        answer_timeout: float = ANSWER_TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = account
        self._progress = Progress()
        self._backend = open_backend(account, self._progress, answer_timeout=answer_timeout)
        self._sleep = sleep
        self._made: tuple[str, Envelopes] | None = None
        self._last = time.monotonic()
        self._silent = 0  # calls in a row whose end is unknown

    def close(self) -> None:
        """Close the connection."""
        self._backend.close()

    def send(self, template: MessageTemplate, letters: Sequence[Letter], *, gate: Gate = lambda ids: True) -> Answer:
        """Send armed messages; each is in `receipts` or in `untried` when it returns, and nothing is raised.

        After a call that comes into doubt the next one carries a single message; if nobody answers that one either, the
        provider is away. So a provider that falls silent costs one call's doubt and one message's, not everyone's.

        `gate` is called with the deliveries of a call right before the byte that completes it: there the journal
        notes them, and there a deadline or a pause says False; one that raises says False too, and `detail` says why.
        What is withheld or not begun is untried.
        """
        answer = Answer()
        envelopes = self._envelopes(template)
        ready = []
        for letter in letters:
            try:
                address_value("to_address", Address(letter.address))
                envelopes.fields(letter)
                ready.append(letter)
            except BadValue as problem:
                answer.receipts.append(
                    Receipt(letter.delivery, Turn.REFUSE, Phase.MAIL, text=str(problem), reason="unfillable")
                )
        calls = list(_calls(ready, envelopes.manner.batch))
        same_words: list[str] = []
        while calls and not answer.held_up:
            call = calls.pop(0)
            if self._silent and len(call) > 1:
                calls.insert(0, call[1:])
                call = call[:1]
            end = self._call(envelopes, call, gate)
            if end.withheld:
                calls.insert(0, call)
                answer.detail = end.text
                break
            in_doubt = end.judgement is not None and end.judgement.course is Course.DOUBT
            self._silent = self._silent + 1 if in_doubt else 0
            if end.statuses is not None:
                answer.receipts += [_receipt(letter, end) for letter in call]
                same_words = []
                continue
            calls = self._settle(answer, end, call, calls, same_words)
        answer.untried += [letter.delivery for call in calls for letter in call]
        return answer

    def _settle(
        self, answer: Answer, end: _End, call: list[Letter], calls: list[list[Letter]], same_words: list[str]
    ) -> list[list[Letter]]:
        """Write down what a call that was not taken means; return the calls that are left."""
        assert end.judgement is not None
        course, fault = end.judgement.course, end.judgement.fault
        if course is Course.PAUSE:
            answer.pause, answer.detail = end.judgement.pause, _said(end)
            return [call, *calls]
        if course is Course.WAIT:
            answer.wait, answer.detail = end.wait or timedelta(minutes=1), _said(end)
            return [call, *calls]
        if course is Course.SPLIT and len(call) > 1:
            middle = len(call) // 2
            return [call[:middle], call[middle:], *calls]
        if course is Course.SPLIT:
            same_words.append(end.text)
            if len(same_words) >= SAME_WORDS and len(set(same_words[-SAME_WORDS:])) == 1:
                answer.pause, answer.detail = PauseReason.RELAY_POLICY, _said(end)
                return [call, *calls]
        if self._silent >= SILENT:
            answer.pause, answer.detail = PauseReason.RELAY_UNREACHABLE, _said(end)
        for letter in call:
            answer.receipts.append(_course_receipt(letter, course, fault, end))
        return calls

    def _call(self, envelopes: Envelopes, call: list[Letter], gate: Gate) -> _End:
        """Make one call, and again with the same key while its end is unknown and the provider knows keys."""
        key = str(uuid.uuid5(uuid.NAMESPACE_OID, "\n".join(f"{letter.token} {letter.attempt}" for letter in call)))
        end = self._once(envelopes, call, key, gate, repeated=False)
        for seconds in REPEATS if envelopes.manner.idempotent else ():
            if end.judgement is None or end.judgement.course is not Course.DOUBT:
                break
            self._sleep(seconds)
            again = self._once(envelopes, call, key, gate, repeated=True)
            if again.withheld:  # the first may have been taken all the same
                break
            end = again
        return end

    def _once(self, envelopes: Envelopes, call: list[Letter], key: str, gate: Gate, *, repeated: bool) -> _End:
        if time.monotonic() - self._last > IDLE:
            self._hang_up()
        message: Any = envelopes.message(call, key=key)
        if envelopes.manner.idempotency_header:
            self._backend.session.headers[envelopes.manner.idempotency_header] = key
        self._progress.begin(lambda: gate([letter.delivery for letter in call]))
        try:
            self._backend.send_messages([message])
        except Withheld as problem:
            self._hang_up()
            return _End(withheld=True, phase=Phase.BODY, text=str(problem))
        except (AnymailError, RequestException, OSError) as problem:
            return self._ended(problem, repeated=repeated)
        except Exception as problem:
            # Whatever it was, it must not take the ledger's other rows with it; its words may hold an address.
            log.error("a call to %s ended unforeseen: %s", self.account.name, type(problem).__name__)
            return self._ended(problem, repeated=repeated)
        finally:
            self._last = time.monotonic()
        status = message.anymail_status
        return _End(statuses=_statuses(status), code=status.esp_response.status_code)

    def _ended(self, problem: Exception, *, repeated: bool) -> _End:
        response: Any = getattr(problem, "response", None)
        phase, code = self._progress.phase, response.status_code if response is not None else None
        text = _words(response) if response is not None else str(problem)
        if code is None:
            self._hang_up()
        if code is None and phase is Phase.CONNECT and isinstance(problem, AnymailError) and not _wire(problem):
            # anymail itself refused it, before anything was written: one of the messages cannot be said
            judgement = Judgement(Course.SPLIT)
        else:
            judgement = judge_call(code, text, phase=phase, repeated=repeated)
        wait = (
            retry_after(response.headers.get("Retry-After", ""), now=datetime.now(UTC))
            if response is not None
            else None
        )
        return _End(judgement=judgement, code=code, text=text[:500], phase=phase, wait=wait)

    def _hang_up(self) -> None:
        """Leave nothing half written behind: the next call gets a connection of its own."""
        self._backend.close()
        self._backend.open()

    def _envelopes(self, template: MessageTemplate) -> Envelopes:
        if self._made is None or self._made[0] != template.digest:
            self._made = template.digest, Envelopes(template, self.account)
        return self._made[1]


def _calls(letters: Sequence[Letter], most: int) -> Iterator[list[Letter]]:
    """Yield the messages of each call: few enough, and no mailbox twice, for answers name messages by it."""
    left = list(letters)
    while left:
        call: dict[str, Letter] = {}
        rest = []
        for letter in left:
            if len(call) < most and letter.address.casefold() not in call:
                call[letter.address.casefold()] = letter
            else:
                rest.append(letter)
        yield list(call.values())
        left = rest


def _statuses(status: Any) -> dict[str, tuple[str | None, str]]:
    """Return each recipient's status and the provider's own id, by the address in lower case.

    A provider may spell an address back differently; then good news about it stands.
    """
    found: dict[str, tuple[str | None, str]] = {}
    for address, one in status.recipients.items():
        key = address.casefold()
        if key not in found or turn_of(one.status) is Turn.ACCEPT:
            found[key] = one.status, str(one.message_id or "")
    return found


def _receipt(letter: Letter, end: _End) -> Receipt:
    assert end.statuses is not None
    status, theirs = end.statuses.get(letter.address.casefold(), (None, ""))
    turn = turn_of(status)
    reason = Fault.UNKNOWN.value if turn is Turn.REFUSE else ""
    return Receipt(letter.delivery, turn, Phase.REPLIED, end.code, f"{status or 'unknown'} {theirs}".strip(), reason)


def _course_receipt(letter: Letter, course: Course, fault: Fault, end: _End) -> Receipt:
    if course is Course.DOUBT:
        return Receipt(letter.delivery, Turn.LOSE, Phase.DOT_SENT, end.code, discreet(end.text))
    turn = Turn.DEFER if course is Course.UNSENT and letter.may_retry else Turn.REFUSE
    return Receipt(letter.delivery, turn, end.phase, end.code, discreet(end.text), fault.value)


def _wire(problem: Exception) -> bool:
    return isinstance(problem, RequestException) or isinstance(problem.__cause__, RequestException)


def _said(end: _End) -> str:
    return f"{end.code or ''} {discreet(end.text)}".strip()


def _words(response: Any) -> str:
    """Return what the provider said, on one line."""
    return " ".join(str(response.text)[:2000].split())
