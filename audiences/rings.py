"""Rings around places, from the rows of the communes: one query for any number of rings."""

from collections.abc import Iterable, Mapping

from audiences.core.segment import Near, Segment, leaves
from newsletter.statements import Statement

Rings = Mapping[Near, frozenset[str]]
# The great circle as `core.catchment.distance_km` reckons it, step by step; before it a box that is a little too wide,
# for a degree of latitude is more than 110 km.
AROUND = Statement("""
SELECT asked.commune, asked.km, string_agg(place.insee, ',')
FROM unnest(%(communes)s::text[], %(kms)s::int[]) AS asked (commune, km)
JOIN newsletter_place centre ON centre.insee = asked.commune
CROSS JOIN LATERAL (SELECT asked.km / 110.0::float8 AS tall) box
CROSS JOIN LATERAL (SELECT box.tall / cos(radians(least(abs(centre.latitude) + box.tall, 89))) AS wide) side
JOIN newsletter_place place
  ON place.latitude BETWEEN centre.latitude - box.tall AND centre.latitude + box.tall
 AND place.longitude BETWEEN centre.longitude - side.wide AND centre.longitude + side.wide
CROSS JOIN LATERAL (SELECT sin(radians(place.latitude - centre.latitude) / 2) AS north,
                           sin(radians(place.longitude - centre.longitude) / 2) AS east) half
WHERE 2 * 6371.0088::float8 * asin(sqrt(least(1, half.north * half.north
      + cos(radians(centre.latitude)) * cos(radians(place.latitude)) * half.east * half.east))) <= asked.km
GROUP BY asked.commune, asked.km
""")


def rings_of(trees: Iterable[Segment]) -> Rings:
    """Return the communes within each ring that these segments ask for; around an unknown place: none."""
    asked = list({leaf for tree in trees for leaf in leaves(tree) if isinstance(leaf, Near)})
    if not asked:
        return {}
    told = {"communes": [near.commune for near in asked], "kms": [near.km for near in asked]}
    found = {(commune, km): frozenset(inside.split(",")) for commune, km, inside in AROUND.ask(told)}
    return {near: found.get((near.commune, near.km), frozenset()) for near in asked}
