"""The network pass for processors: convolutions by Winograd's algorithm, in loops compiled by numba."""
