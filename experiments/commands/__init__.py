"""Subcommands of ``impellab``: a module each, whose function ``command`` is what runs."""
