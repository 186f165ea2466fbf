"""What refusals say in words, in the order in which they are believed.

Precision before recall: to suppress a living reader is the worse mistake. So whatever speaks of our sender, of a
rate, of a full or a closed mailbox, of spam or of policy is believed before "user unknown"; and a bare
"550 mailbox unavailable" (RFC 5321: "not found, no access, or command rejected for policy reasons") says nothing.
"""

import re

from campaigns.core.fault import Fault

F = Fault
PERSON = re.compile(r"[^\s<>\[(\"']{1,64}@[^\s<>\])\"',;:]{1,255}")
ADDRESS = re.compile(rf"<[^>\n]{{0,320}}>|{PERSON.pattern}")
LINK = re.compile(r"https?://\S+")
REPEATED = re.compile(r"\n[245]\.\d{1,3}\.\d{1,3} +")
MAILBOX = r"(?:users?|recipients?|mail ?box(?:es)?|accounts?|addressee|alias|local[- ]part|e-?mail address|address)"
SPENT = r"(?:exceeded|reached|used up)"
LIMIT = r"(?:quota|limits?)"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# Our standing at the relay: every message meets the same.
STANDING = _any(
    r"\byour (?:smtp )?(?:account|plan)\b.{0,60}\b(?:suspended|blocked|disabled|limited|not (?:yet )?activated)",
    r"\bsender\b.{0,40}\bnot (?:yet )?(?:verified|valid(?:ated)?|authori[sz]ed|allowed|owned)",
    r"\bunauthenticated senders not allowed|email address is not verified|not owned by (?:auth )?user",
    r"permissions? to send as|no identity changes permitted|mail sending denied|invalid credentials",
)
RELAYING = _any(
    r"\brelay(?:ing)?\b.{0,20}\b(?:denied|disallowed|not (?:permitted|allowed))",
    r"\bas a relay\b|unable to relay",
)
QUOTA = _any(
    rf"\b(?:daily|hourly|monthly|per (?:hour|day|month)|sending|outgoing|outbound|relay)\b.{{0,40}}\b{LIMIT}\b"
    rf".{{0,30}}\b{SPENT}",
    rf"\b(?:{SPENT}|over)\b.{{0,40}}\b(?:daily|hourly|monthly|sending|outgoing|outbound|relay|hour|day)\b"
    rf".{{0,30}}\b{LIMIT}\b",
    rf"\b(?:you(?:'ve| have)|your account)(?: has)? {SPENT}\b.{{0,40}}\b{LIMIT}",
    r"max(?:imum)? (?:e-?mails|messages) per (?:hour|day)|messages per (?:hour|day)\b|allowed outgoing messages",
    rf"\b(?:daily|hourly) message {LIMIT}|\bpeak smtp relay limit|sorry, too many emails",
)
# One reader gets too much at once, from whomever.
READERS_RATE = _any(
    r"\b(?:user|recipient|mailbox)\b.{0,60}(?:receiving mail (?:too quickly|at a rate)|rate limit)",
    r"\brecipient(?: has|'s)\b.{0,90}\bper hour",
)
# Speaks of the sender, at least beside the reader: then nobody is dead. Exim quotes the sender's own "user unknown".
SENDER = _any(
    r"\bsenders?\b|\bmail ?from\b|\b(?:return|reverse)[- ]path|\bfrom:? (?:address|domain)",
    r"\byour (?:e-?mail )?address\b|\bemetteur\b|verification failed",
)

WORDINGS: tuple[tuple[Fault, re.Pattern[str]], ...] = (
    (
        F.POLICY,
        _any(
            r"sender (?:address )?(?:rejected|denied|refused|verify failed|verification failed)|invalid sender",
            r"verification failed for|emetteur invalide|\bmail ?from domain\b|bad (?:outbound )?sender",
            r"envelope blocked",
        ),
    ),
    (F.TRANSIENT, _any(r"gr[ea]y-?list|address verification in progress|unverified address")),
    (F.TRANSIENT, _any(r"insufficient system (?:storage|resources)")),
    (
        F.THROTTLE,
        _any(
            r"too many (?:concurrent |simultaneous )?(?:connections|sessions|errors|requests|messages)",
            r"too many (?:unknown|invalid|bad)|excessive (?:volume|userid)|unusual rate|rate[- ]limit|slow down",
            r"trop de (?:connexions|messages)|(?:maximum number of|concurrent) connections|try reconnecting",
            r"max(?:imum)? messages? per connection|throttl|deferred due to|exceeded permitted limits",
            r"sending rate exceeded|messages per (?:second|minute)",
        ),
    ),
    (
        F.MAILBOX_FULL,
        _any(
            rf"\b(?:{MAILBOX}|inbox|boite(?: aux lettres)?|destinataire)\b.{{0,60}}\b(?:full|pleine|out of storage)",
            rf"\b{MAILBOX}\b.{{0,40}}\b(?:exceeds? quota|exceed(?:s|ed)? .{{0,20}}(?:size|storage|quota))",
            rf"\b{MAILBOX}\b.{{0,20}}\bsize limit exceeded",
            r"\bover ?quota\b|over (?:storage )?quota|(?<!queue )quota (?:exceeded|violation|full)",
            r"(?:disk|their|allowed) quota|enough (?:storage )?space|disk space|space has been used up",
            r"\bmailfolder is full|exceeded the local limit",
            r"exceeded storage allocation|storage (?:full|space exceeded)|speichervolumen",
        ),
    ),
    (
        # The mailbox exists and is closed: not dead, and not our doing.
        F.UNKNOWN,
        _any(
            rf"\b{MAILBOX}\b.{{0,80}}\b(?:disabled|inactive|suspended|archived|frozen|locked|deactivated)\b",
            rf"\b(?:disabled|inactive|archived|suspended|deactivated) {MAILBOX}|due to inactivity|marked as invalid",
            rf"\b{MAILBOX}\b.{{0,40}}\b(?:temporarily|expired|refuses?|suspend|is protected by)\b",
            r"only accepting mail from|recipient preferences|user rules|not accepting any mail|user reject",
            r"members[- ]only|non-member",
            r"\b(?:mailbox|recipient(?: account)?|destinataire)\b.{0,20}\b(?:archivee?|bloquee?|is ?blocked)\b",
            r"recipient address(?:es)? rejected ?: access denied|not in recipient list",
        ),
    ),
    (
        F.AUTHENTICATION,
        _any(
            r"\bdmarc\b|\bdkim\b|\bspf\b|sender policy framework|\bunauthenticated\b",
            r"authentication (?:required|checks|level)|authentification (?:requise|invalide)",
        ),
    ),
    (
        F.CONTENT,
        _any(
            r"\b(?:anti)?spam(?:ming)?\b|\bbulk\b|content (?:filter|denied)",
            r"\bunsolicited\b|\bvirus|\bmalware|\bphish|rejected under suspicion|illegal attachment",
            r"(?:message|banned|suspicious) content|nature of the content|message filtered|rfc (?:5322 )?compliant",
        ),
    ),
    (
        F.POLICY,
        _any(
            r"\bpolic(?:y|ies)\b|black ?list|block ?list|\bblock(?:ed)?\b|\bbloques?\b|\bbanned\b|\bdnsbl\b|\brbl\b",
            r"spamhaus|reputation|reverse dns|\bptr\b|find your hostname|client host|\bhelo\b",
            r"\bprohibit|spoof|not accepting connections",
        ),
    ),
    (
        F.SIZE,
        _any(r"\b(?:message|mail)\b.{0,40}\btoo (?:big|large|long)|size limit|message size|taille limite"),
    ),
    (
        F.UNKNOWN_HOST,
        _any(
            r"domain (?:not found|does not exist)|host or domain name not found|\bno such (?:host|domain)|nullmx",
            r"domaine inconnu",
        ),
    ),
    (
        F.UNKNOWN_USER,
        _any(
            rf"\b{MAILBOX}\b(?: name| address)?:? (?:is )?(?:unknown|not known|unallocated)",
            rf"\b(?:unknown|no such|invalid(?! address)|illegal) (?:virtual |local )?{MAILBOX}\b",
            rf"\b{MAILBOX}\b.{{0,50}}\b(?:does ?n(?:o|')t exist|does not exist|no longer exists?)",
            rf"\b{MAILBOX}\b (?:(?:was |is )?not (?:found|present)|could not be found)",
            rf"not a (?:valid|known) {MAILBOX}",
            r"no (?:mail ?box|account) (?:here |found|by that name)|no(?:n[- ]?existent| such) (?:user|person)",
            r"no existe |<> does not exist|no one at this address|user's e-?mail name is not found",
            r"is no longer valid|recipient no longer on server|doesn't have an? \S+ account|not our customer",
            r"destinataire (?:invalide|inconnu)|(?:utilisateur|adresse|compte|boite) (?:inconnu|inexistant)e?",
            r"not listed in .{0,30}(?:directory|address book)",
        ),
    ),
)


def plain(text: str) -> str:
    """Return a reply as rules read it: lower case, lines joined, the reader's own address out of the way."""
    return ADDRESS.sub("<>", REPEATED.sub(" ", text[:2000]).lower()).replace("\n", " ").replace("’", "'")


def discreet(text: str) -> str:
    """Return a reply with every address in it veiled: the ledger holds none."""
    return PERSON.sub("…", text) if "@" in text else text


def by_words(text: str) -> Fault | None:
    """Return what a plain reply says in words; None when it says nothing that we know."""
    text = LINK.sub("", text)
    return next((fault for fault, pattern in WORDINGS if pattern.search(text)), None)
