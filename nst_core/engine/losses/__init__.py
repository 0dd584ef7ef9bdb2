"""How far features are from what they are to be: statistics, distances, patches."""
