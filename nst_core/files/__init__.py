"""Picture files: read for work and written back in the form that they had."""
