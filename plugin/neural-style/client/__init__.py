"""The core as the plug-in sees it: its installation, the connection, its weights, and sketches."""
