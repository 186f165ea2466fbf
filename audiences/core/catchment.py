"""Rings around a place: who lives within so many kilometres, as a set of communes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from math import asin, cos, degrees, pi, radians, sin, sqrt

MEAN_EARTH_RADIUS_KM = 6371.0088

Spot = tuple[float, float]
"""Latitude and longitude in degrees."""

# The box is cut a hair too wide, so that rounding never costs a commune on its edge.
HAIR = 1e-6


def distance_km(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """Return the great-circle distance between two spots, in kilometres."""
    north = sin(radians(b_lat - a_lat) / 2)
    east = sin(radians(b_lon - a_lon) / 2)
    half_chord_squared = north * north + cos(radians(a_lat)) * cos(radians(b_lat)) * east * east
    # Between antipodes rounding can lift it above 1.
    return 2 * MEAN_EARTH_RADIUS_KM * asin(sqrt(min(1.0, half_chord_squared)))


def ring(centre: Spot, radius_km: float, points: Iterable[tuple[str, float, float]]) -> frozenset[str]:
    """Return the codes of the points (code, latitude, longitude) within the radius, edge included."""
    return frozenset(code for code, lat, lon in points if distance_km(*centre, lat, lon) <= radius_km)


class Atlas:
    """Many points, kept in order of latitude, so that a ring looks only at those it may hold."""

    def __init__(self, points: Iterable[tuple[str, float, float]]) -> None:
        self._points = sorted(points, key=lambda point: point[1])
        self._latitudes = [lat for _, lat, _ in self._points]

    def ring(self, centre: Spot, radius_km: float) -> frozenset[str]:
        """Return what `ring` over all the points would, in a few milliseconds for every commune of France."""
        if radius_km < 0:
            return frozenset()
        lat, lon = centre
        tall = degrees(radius_km / MEAN_EARTH_RADIUS_KM) + HAIR
        wide = _half_width(lat, radius_km)
        band = self._points[bisect_left(self._latitudes, lat - tall) : bisect_right(self._latitudes, lat + tall)]
        # Longitudes go round: 179° and -179° are neighbours.
        return ring(centre, radius_km, (spot for spot in band if abs((spot[2] - lon + 180) % 360 - 180) <= wide))


def _half_width(lat: float, radius_km: float) -> float:
    """How many degrees of longitude a ring reaches to either side; all of them if it holds a pole."""
    angle = radius_km / MEAN_EARTH_RADIUS_KM
    if abs(radians(lat)) + angle >= pi / 2 - HAIR:
        return 180.0
    return degrees(asin(sin(angle) / cos(radians(lat)))) + HAIR
