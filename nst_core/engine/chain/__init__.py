"""The network's pass on a processor, as a chain of fused steps by Winograd's algorithm."""
