"""The client's side: find or start the core, send it a job. Standard library, Python 3.9 and later."""
