"""Laws that hold what the pump itself does: its head, flow or power."""

from controllers.literature.flow.constant_head import ConstantHead as ConstantHead
