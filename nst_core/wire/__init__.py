"""The wire between a plug-in and the core: standard library only, Python 3.9 and later."""
