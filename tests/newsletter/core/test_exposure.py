"""How much a member was seen, divided by their chances; and where someone new begins."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.exposure import FULL, Record, exposure_of, standings, weight

records = st.builds(Record, st.integers(0, 9000).map(Fraction), st.integers(1, 52))


def test_who_had_a_chance_in_every_letter_is_counted_as_they_were_seen() -> None:
    assert exposure_of(Record(Fraction(1200), 4), letters=4, middle=Fraction(10)) == 300


def test_a_newcomer_stands_at_the_median_and_never_at_zero() -> None:
    known = {1: Record(Fraction(100), 1), 2: Record(Fraction(600), 2), 3: Record(Fraction(0), 2)}
    found = standings(known, letters=2)

    assert found.median == 100
    assert found.standing(99).exposure == 100
    assert exposure_of(Record(), letters=2, middle=found.median) == 100


def test_before_the_first_letter_everybody_is_equal() -> None:
    assert standings({}, letters=0).standing(1).exposure == 0


@given(records, st.integers(0, 60), st.integers(0, 400))
def test_the_letters_without_an_offer_move_nobody_to_the_other_side_of_the_median(
    own: Record, letters: int, middle: int
) -> None:
    there = exposure_of(own, letters=letters, middle=Fraction(middle))

    assert (there > middle) == (own.rate > middle)
    assert (there == middle) == (own.rate == middle)
    assert abs(there - middle) <= abs(own.rate - middle)


@given(records, st.integers(1, 400), st.integers(52, 60))
def test_to_be_seen_more_raises_it_and_to_be_passed_over_lowers_it(own: Record, middle: int, letters: int) -> None:
    def of(record: Record, letters: int) -> Fraction:
        return exposure_of(record, letters=letters, middle=Fraction(middle))

    assert of(Record(own.seen + 1, own.chances), letters) > of(own, letters)
    # a letter more: who had an offer and was passed over stands lower than who had none
    assert of(Record(own.seen, own.chances + 1), letters + 1) < of(own, letters + 1)


@given(st.dictionaries(st.integers(1, 9), records, min_size=1), st.integers(0, 60))
def test_half_stand_at_the_median_or_below_and_half_above_or_at_it(known: dict[int, Record], letters: int) -> None:
    found = standings(known, letters=letters)
    exposures = [one.exposure for one in found.of.values()]

    assert sum(one <= found.median for one in exposures) * 2 >= len(exposures)
    assert sum(one >= found.median for one in exposures) * 2 >= len(exposures)


def test_the_first_seat_is_full_size_and_every_weight_is_a_whole_number_of_twelfths() -> None:
    weights = [weight(position) for position in range(1, 20)]

    assert weights == [1, *[Fraction(1, 2)] * 18]
    assert all((one * FULL).denominator == 1 for one in weights)
