"""One run: the procedure, the window, the painting."""
