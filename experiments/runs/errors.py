"""A run that could not be finished."""


class RunError(RuntimeError):
    """Work that ended before its time for a reason other than bad input: one line, exit code 1."""
