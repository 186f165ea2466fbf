from itertools import product

import pytest

from campaigns.core.opens import Measure, Standing, read, resolve


def test_only_a_standing_yes_that_row_and_ledger_agree_on_is_consent() -> None:
    yes = {
        standing
        for standing in (Standing(*facts) for facts in product(
            (False, True), (False, True), (False, True), ("", "given", "withdrawn", "asked"), (False, True)
        ))
        if resolve(standing) is Measure.CONSENTED
    }  # fmt: skip
    assert yes == {
        Standing(True, asked, True, "given", hygiene) for asked in (False, True) for hygiene in (False, True)
    }


def test_hygiene_is_for_mail_that_was_asked_for_and_for_nobody_who_said_no() -> None:
    assert resolve(Standing(subscribed=True, asked=True, hygiene=True)) is Measure.HYGIENE
    assert resolve(Standing(subscribed=True, asked=False, hygiene=True)) is Measure.NONE
    assert resolve(Standing(subscribed=True, asked=True)) is Measure.NONE
    assert resolve(Standing(subscribed=True, asked=True, word="withdrawn", hygiene=True)) is Measure.NONE
    assert resolve(Standing(subscribed=False, asked=True, ticked=True, word="given", hygiene=True)) is Measure.NONE
    assert resolve(Standing(subscribed=True, asked=True, word="given", hygiene=True)) is Measure.NONE
    assert resolve(None) is Measure.NONE


def test_what_the_database_says_is_read_strictly() -> None:
    assert read("subscribed asked ticked hygiene given") == Standing(True, True, True, "given", True)
    assert read("subscribed withdrawn given").word == "withdrawn"
    with pytest.raises(ValueError):
        read("subscribed maybe")
