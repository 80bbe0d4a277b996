"""Other ways and other programs to do the same work, for comparison only."""
