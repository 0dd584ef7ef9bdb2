"""Pictures that do not fit into memory: the memory budget, tiles, and the network in segments."""
