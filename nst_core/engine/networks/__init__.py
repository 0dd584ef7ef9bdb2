"""The networks whose features are looked at: their layers, and how far each sees."""
