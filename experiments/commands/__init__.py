"""Subcommands of ``impellab`` with a module each, whose function ``command`` is what runs."""
