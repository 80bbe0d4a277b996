"""From measurements to pump-speed commands."""

from controllers.protocol import Briefing, Command, Controller, Outcome, SolveStatus

__all__ = ["Briefing", "Command", "Controller", "Outcome", "SolveStatus"]
