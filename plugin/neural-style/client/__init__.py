"""The client of the core: where it is, the connection, small pictures by it, and its report."""
