"""What the environments have in common, whatever their episodes are about: scalar and vector."""

from envs.episodes.arguments import (
    checked_options as checked_options,
    control_period as control_period,
    left_pump as left_pump,
)
from envs.episodes.episode_env import (
    EpisodeEnv as EpisodeEnv,
    Observation as Observation,
    StepResult as StepResult,
    observation_box as observation_box,
)
from envs.episodes.info import flat_vector_info as flat_vector_info
from envs.episodes.picture import EpisodePicture as EpisodePicture, Moment as Moment, Panel as Panel
from envs.episodes.specification import from_json_form as from_json_form, json_form as json_form
from envs.episodes.vector_actions import each_action as each_action, speeds_of as speeds_of
from envs.episodes.vector_episodes import (
    Mask as Mask,
    Observations as Observations,
    VectorEpisodes as VectorEpisodes,
    vector_metadata as vector_metadata,
)
from envs.episodes.vector_info import (
    add_rows as add_rows,
    add_table as add_table,
    add_texts as add_texts,
)
