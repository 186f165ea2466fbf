from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class PlaceQuerySet(models.QuerySet["Place"]):
    def at_postcode(self, postcode: str) -> "PlaceQuerySet":
        return self.filter(postcodes__contains=[postcode]).order_by("-population")


class Place(models.Model):
    """A French commune, with where it lies."""

    insee = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=60)
    department = models.CharField(max_length=3)
    region = models.CharField(max_length=3)
    epci = models.CharField(max_length=9, blank=True)
    postcodes = ArrayField(models.CharField(max_length=5))
    population = models.PositiveIntegerField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    exact = models.BooleanField()

    objects = PlaceQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["postcodes"], name="place_by_postcode"),
            models.Index(fields=["latitude", "longitude"], name="place_by_latitude"),
            models.Index(fields=["epci"], name="place_by_epci"),
        ]

    def __str__(self) -> str:
        return self.name
