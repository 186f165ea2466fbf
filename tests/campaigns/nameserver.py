"""A nameserver on a real UDP socket, that knows what it is told: MX, A and TXT records, or how to fail."""

import socket
import threading
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

NXDOMAIN, SERVFAIL, SILENCE = "nxdomain", "servfail", "silence"


@dataclass
class Nameserver:
    """`zone` has for each domain its exchangers ("10 mx.example."), or one word: nxdomain, servfail, silence.

    A domain without exchangers but with an address stands in `hosts`.
    """

    zone: dict[str, list[str] | str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> "Nameserver":
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()

    @property
    def servers(self) -> tuple[str, ...]:
        return (f"127.0.0.1:{self.port}",)

    def _serve(self) -> None:
        while True:
            data, who = self._socket.recvfrom(4096)
            if not self._open:
                return
            reply = self._answer(dns.message.from_wire(data))
            if reply is not None:
                self._socket.sendto(reply.to_wire(), who)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        [question] = query.question
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        said = self.zone.get(name, [])
        if said == SILENCE:
            return None
        if said == SERVFAIL:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif said == NXDOMAIN or all(name not in known for known in (self.zone, self.hosts, self.texts)):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif kind == "TXT" and name in self.texts:
            text = self.texts[name]
            said = " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
            reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", "TXT", said))
        elif kind == "MX" and said:
            reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", "MX", *said))
        elif kind == "A" and name in self.hosts:
            reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", "A", self.hosts[name]))
        return reply
