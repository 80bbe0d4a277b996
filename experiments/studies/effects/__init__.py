"""The effects study: each physical effect switched off, what it changes and what it does not."""

from experiments.studies.effects.study import STUDY, EffectsSettings

__all__ = ["STUDY", "EffectsSettings"]
