"""What stands in every letter, answered at once or left to the page of the same address (`middleware.FastLane`)."""

from django.urls import URLPattern, path

from audiences.views import tokens
from campaigns.views import hits

# Each may return None, which Django's own types do not know.
urlpatterns: list[URLPattern] = [
    path("c/<str:token>/<int:position>", hits.click),  # type: ignore[arg-type]
    path("l/<str:token>", hits.shared),  # type: ignore[arg-type]
    path("o/<str:token>.gif", hits.pixel),  # type: ignore[arg-type]
    path("u/<str:token>", tokens.leave_at_once),  # type: ignore[arg-type]
]
