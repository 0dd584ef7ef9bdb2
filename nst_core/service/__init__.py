"""The core process: it serves clients, queues their jobs, and exits when nobody needs it."""
