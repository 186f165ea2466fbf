"""The web process's settings, and one view more that does nothing: what a redirect is measured against."""

from newsletter.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
