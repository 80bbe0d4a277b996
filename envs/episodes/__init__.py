"""What the environments have in common, whatever their episodes are about: scalar and vector."""

from envs.episodes.arguments import (
    checked_options,
    chosen_therapy,
    control_period,
    known_mode,
    left_pump,
)
from envs.episodes.episode_env import EpisodeEnv, Observation, StepResult, observation_box
from envs.episodes.info import INFO_LEVELS, flat_vector_info
from envs.episodes.picture import EpisodePicture, Moment, Panel
from envs.episodes.snapshots import Snapshot, Snapshots
from envs.episodes.specification import from_json_form, json_form
from envs.episodes.vector_actions import each_action, speeds_of
from envs.episodes.vector_episodes import Mask, Observations, VectorEpisodes, vector_metadata
from envs.episodes.vector_info import add_rows, add_table, add_texts

__all__ = [
    "INFO_LEVELS",
    "EpisodeEnv",
    "EpisodePicture",
    "Mask",
    "Moment",
    "Observation",
    "Observations",
    "Panel",
    "Snapshot",
    "Snapshots",
    "StepResult",
    "VectorEpisodes",
    "add_rows",
    "add_table",
    "add_texts",
    "checked_options",
    "chosen_therapy",
    "control_period",
    "each_action",
    "flat_vector_info",
    "from_json_form",
    "json_form",
    "known_mode",
    "left_pump",
    "observation_box",
    "speeds_of",
    "vector_metadata",
]
