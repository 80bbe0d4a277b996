"""Published controllers of rotary blood pumps, as laws on the signals of these pumps."""

from controllers.literature.beat_quantities import (
    BeatQuantities as BeatQuantities,
    Quantities as Quantities,
)
from controllers.literature.frame import (
    LiteratureController as LiteratureController,
    Moment as Moment,
    SpeedLaw as SpeedLaw,
)
from controllers.literature.table import (
    LITERATURE as LITERATURE,
    literature_controller as literature_controller,
    literature_forms as literature_forms,
)
