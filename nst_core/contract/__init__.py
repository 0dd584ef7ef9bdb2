"""What plug-in and core agree on: parameters, errors, places. Standard library, Python 3.9 and later."""
