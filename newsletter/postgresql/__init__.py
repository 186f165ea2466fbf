"""Django's PostgreSQL, which asks a line of the pool nothing that the line's own silence answers."""
