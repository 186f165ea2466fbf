#!/usr/bin/env python
"""Every command of the house; on a laptop it attaches to the project's own servers or starts them."""

import sys


def main() -> None:
    """Run one Django command with an environment that fits it."""
    from django.core.exceptions import ImproperlyConfigured

    from newsletter.servers import laptop

    try:
        with laptop.environment(sys.argv[1:]):
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        # a sentence for whoever sets the variables, not our stack
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
