from django.db import models


class WorkerSession(models.Model):
    """One life of one sending process: alive as long as its advisory lock is held on its own connection."""

    host = models.CharField(max_length=80)
    boot = models.CharField(max_length=40, blank=True)
    pid = models.PositiveIntegerField()
    born = models.CharField(max_length=24, blank=True)  # when the process began: a pid may come again
    journal = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["started_at"], condition=models.Q(ended_at=None), name="worker_not_ended")]
