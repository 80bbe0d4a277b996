"""Recovery tracking: what a patient's heart and vessels are worth, and where they are going."""
