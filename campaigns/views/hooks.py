"""Where mail providers tell what became of our messages. No session, no form: a secret, a limit, an answer."""

import logging

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from campaigns import hooks
from campaigns.core.sns import Forged
from campaigns.wire import sns

log = logging.getLogger(__name__)


@csrf_exempt
@never_cache
@require_POST
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take what a provider tells. 200 once it is written down; a provider that hears anything else tells it again."""
    if not hooks.is_known(provider):
        return HttpResponse(status=404)
    if "Authorization" not in request.headers:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="Garrigue"'})
    try:
        told = hooks.take(provider, request, now=timezone.now())
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except (AnymailWebhookValidationFailure, Forged):
        return HttpResponse(status=403)
    except sns.Unavailable as problem:
        log.warning("the certificate of Amazon SNS cannot be had: %s", problem)
        return HttpResponse(status=503, headers={"Retry-After": "20"})
    except DatabaseError:
        raise  # our side: it is told again
    except (AnymailError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as problem:
        log.warning("%s told something that cannot be read: %s", provider, type(problem).__name__)
        return HttpResponse(status=400)
    if provider == "ses" and (url := hooks.confirmation(request)):
        log.warning("a topic of Amazon SNS asks to be confirmed, by opening %s", url)
    log.info("%s told %s events, %s of them new", provider, told.events, told.news)
    return HttpResponse()
