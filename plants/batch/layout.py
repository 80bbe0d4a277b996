"""Where the lanes of a batch lie: side by side in blocks, the last of which may be padded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class BatchLayout:
    """Lanes in blocks of equal width.

    An array of a batch has the shape (blocks, entries, width). Lanes that only fill the last block
    up are copies of the last lane.

    Parameters
    ----------
    count : int
        Lanes that are wanted.
    width : int
        Lanes of a block.

    Examples
    --------
    >>> import numpy as np
    >>> from plants.batch.layout import BatchLayout
    >>> layout = BatchLayout(3, width=2)
    >>> layout.spread(np.array([1.0, 2.0, 3.0])).tolist()
    [[1.0, 2.0], [3.0, 3.0]]
    """

    def __init__(self, count: int, width: int):
        self.count, self.width = count, width
        self.blocks = -(-count // width)
        self._source = np.minimum(np.arange(self.blocks * width), count - 1)

    def empty(self, entries: int, dtype: Any) -> Array:
        """An array of zeros for so many entries of every lane."""
        return np.zeros((self.blocks, entries, self.width), dtype)

    def spread(self, row: Array) -> Array:
        """Values of the lanes, (count,), as (blocks, width)."""
        return row[self._source].reshape(self.blocks, self.width)

    def gather(self, array: Array) -> Array:
        """An array of the batch as (entries, count)."""
        return array.transpose(1, 0, 2).reshape(array.shape[1], -1)[:, : self.count]

    def lane(self, array: Array, lane: int) -> Array:
        """Entries of one lane: a view."""
        return array[lane // self.width, :, lane % self.width]

    def scatter(
        self, array: Array, lanes: Array, rows: Array, *, entries: slice = slice(None)
    ) -> None:
        """Write rows, (len(lanes), entries), into lanes."""
        array[lanes // self.width, entries, lanes % self.width] = rows
        for place in np.flatnonzero(lanes == self.count - 1):
            first = (self.count - 1) % self.width
            array[-1, entries, first:] = rows[place][:, None]
