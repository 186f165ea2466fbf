"""A segment as text: what a hostile hand writes is refused in a moment, by name."""

import json
import time

import pytest
from hypothesis import given

from audiences.core.segment import BadSegment, Segment
from audiences.core.text import LENGTH, parse_text, text_of
from tests.audiences.core.test_segment import depth
from tests.audiences.trees import TREES


@given(TREES.filter(lambda tree: depth(tree) <= 12))
def test_what_is_written_is_read_back(tree: Segment) -> None:
    assert parse_text(text_of(tree)) == tree


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("[", "not_json"),
        ("null", "not_a_node"),
        ("NaN", "not_a_node"),
        ('{"likes": "wine", "likes": "table"}', "not_json"),
        ('{"_connector": "OR"}', "unknown_fact"),
        ('{"all": [{"_connector": "OR", "likes": "wine"}]}', "not_a_node"),
        ('{"_negated": true}', "unknown_fact"),
        ('{"address__endswith": "@boite.example"}', "unknown_fact"),
        ('{"subscriptions__subscriber__address__regex": "."}', "unknown_fact"),
        ('{"pk__gt": 0}', "unknown_fact"),
        ('{"likes__contains": "wine"}', "unknown_fact"),
        ('{"speaks": "fr\' OR 1=1 --"}', "bad_language"),
        ('{"near_member": {"member": "1 OR 1=1", "km": 5}}', "bad_member"),
        ('{"near_member": {"member": 5, "km": 1e2}}', "bad_distance"),
        ('{"epci": "24130037"}', "bad_epci"),
        ('{"epci": "２４１３００３７５"}', "bad_epci"),
        ('{"region": "France"}', "bad_region"),
        ('{"region": ["93"]}', "bad_region"),
        ('{"zone": "D"}', "bad_zone"),
        ('{"came_by": "window"}', "unknown_door"),
        ('{"segment": true}', "bad_segment"),
        ('{"segment": -1}', "bad_segment"),
        ('{"segment": 99999999999999999999}', "bad_segment"),
        ('{"all": [' * 1000 + "]}" * 1000, "too_deep"),
        ('{"not": ' * 1000 + "0" + "}" * 1000, "too_deep"),
        ("[" * 10_000, "too_deep"),
        ('{"not": ' * 13 + '{"speaks": "fr"}' + "}" * 13, "too_deep"),
        (json.dumps({"any": [{"speaks": "fr"}] * 200}), "too_large"),
        (json.dumps({"speaks": "f" * 10_000_000}), "too_long"),
        ("9" * 5000, "not_json"),
    ],
)
def test_a_hostile_text_is_refused_by_name(text: str, code: str) -> None:
    begun = time.process_time()
    with pytest.raises(BadSegment) as refused:
        parse_text(text)
    assert refused.value.code == code
    assert time.process_time() - begun < 0.5
    assert len(str(refused.value)) < LENGTH
