"""The core process: it listens, keeps jobs in line, and lives no longer than it is needed."""
