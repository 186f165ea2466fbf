"""The first page: what this is, for readers and for members."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from newsletter import standings
from newsletter.models import Newsletter


def home(request: HttpRequest) -> HttpResponse:
    context = {
        "newsletters": Newsletter.objects.select_related("association").order_by("pk"),
        "latest": next(iter(standings.published(today=timezone.localdate())), None),
    }
    return render(request, "pages/home.html", context)
