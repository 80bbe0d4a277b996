"""Laws on what the pump itself does: its flow, head or power, and whether its inlet is free."""

from controllers.literature.flow.auto import Auto as Auto
from controllers.literature.flow.constant_flow import ConstantFlow as ConstantFlow
from controllers.literature.flow.constant_head import ConstantHead as ConstantHead
from controllers.literature.flow.constant_power import ConstantPower as ConstantPower
from controllers.literature.flow.flow_loop import (
    FLOW_ACTION as FLOW_ACTION,
    flow_action as flow_action,
)
