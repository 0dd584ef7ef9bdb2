"""What does not fit into the memory: the budget, the tiles, and the objective worked out in them."""
