"""Any segment at all, for properties."""

from datetime import date

from hypothesis import strategies as st

from audiences.core.consent import CustomerKind
from audiences.core.segment import (
    All,
    Any,
    Came,
    CameBy,
    InDepartment,
    InEpci,
    InRegion,
    InZone,
    Kind,
    Likes,
    Near,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
)
from newsletter.core.calendar.zones import SchoolZone
from newsletter.core.interests import Interest

COMMUNES = ("13058", "13038", "84007", "75056")
EPCIS = ("241300375", "248400251")
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))

LEAVES: st.SearchStrategy[Segment] = st.one_of(
    st.builds(Likes, st.sampled_from(Interest)),
    st.builds(Speaks, st.sampled_from(["fr", "en", "de"])),
    st.builds(Near, st.sampled_from([*COMMUNES, "99999"]), st.integers(1, 300)),
    st.builds(InDepartment, st.sampled_from(["13", "84", "75", "2A"])),
    st.builds(InRegion, st.sampled_from(["93", "11", "94", "975"])),
    st.builds(InEpci, st.sampled_from([*EPCIS, "999999999"])),
    st.builds(InZone, st.sampled_from(SchoolZone)),
    st.builds(CameBy, st.sampled_from(Came)),
    st.builds(Kind, st.sampled_from(CustomerKind)),
    st.builds(SubscribedSince, DAYS),
)


def _grown(parts: st.SearchStrategy[Segment]) -> st.SearchStrategy[Segment]:
    several = st.lists(parts, max_size=4).map(tuple)
    return st.one_of(several.map(All), several.map(Any), parts.map(Not))


TREES: st.SearchStrategy[Segment] = st.recursive(LEAVES, _grown, max_leaves=12)
