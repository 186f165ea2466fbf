"""Rings around places, from the rows of the communes: two queries for any number of rings."""

from collections.abc import Iterable, Mapping
from math import cos, radians

from django.db.models import Q

from audiences.core.catchment import ring
from audiences.core.segment import Near, Segment, leaves
from newsletter.models import Place

Rings = Mapping[Near, frozenset[str]]
KM_PER_DEGREE = 110.0  # a little too few, so that the box is a little too wide


def rings_of(trees: Iterable[Segment]) -> Rings:
    """Return the communes within each ring that these segments ask for; around an unknown place: none."""
    asked = {leaf for tree in trees for leaf in leaves(tree) if isinstance(leaf, Near)}
    if not asked:
        return {}
    centres = Place.objects.in_bulk({near.commune for near in asked})
    boxes = Q()
    for near in asked:
        if near.commune in centres:
            boxes |= _box(centres[near.commune], near.km)
    points = list(Place.objects.filter(boxes).values_list("insee", "latitude", "longitude")) if boxes else []
    return {near: _ring(near, centres, points) for near in asked}


def _ring(near: Near, centres: Mapping[str, Place], points: list[tuple[str, float, float]]) -> frozenset[str]:
    centre = centres.get(near.commune)
    return ring((centre.latitude, centre.longitude), near.km, points) if centre else frozenset()


def _box(centre: Place, km: int) -> Q:
    tall = km / KM_PER_DEGREE
    north = min(abs(centre.latitude) + tall, 89.0)
    wide = tall / cos(radians(north))
    return Q(
        latitude__range=(centre.latitude - tall, centre.latitude + tall),
        longitude__range=(centre.longitude - wide, centre.longitude + wide),
    )
