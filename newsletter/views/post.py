"""A hint that letters are owed: the clock finds them all the same."""

import logging

from kombu.exceptions import OperationalError

from newsletter import tasks

log = logging.getLogger(__name__)


def wake_post() -> None:
    """Wake whoever mails what is owed; without a broker it leaves with the clock's next round."""
    try:
        tasks.mail_notices.delay_on_commit()
    except OperationalError:
        log.warning("no broker: the letters of the operation leave by the clock")
