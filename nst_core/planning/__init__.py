"""What a run will do and cost, and how fast this machine is."""
