"""Laws on the filling of the ventricle: preload, volume, and the work that goes with it."""

from controllers.literature.preload.lvedp_rule import LVEDPRule as LVEDPRule
from controllers.literature.preload.model_free_adaptive import (
    ModelFreeAdaptive as ModelFreeAdaptive,
)
from controllers.literature.preload.power_ratio import PowerRatio as PowerRatio
from controllers.literature.preload.preload_responsive import PreloadResponsive as PreloadResponsive
from controllers.literature.preload.starling import Starling as Starling
from controllers.literature.preload.starling_adaptive import StarlingAdaptive as StarlingAdaptive
from controllers.literature.preload.starling_pulsatility import (
    StarlingPulsatility as StarlingPulsatility,
)
