"""What a person reads: translations into their language, and sentences about what went wrong."""
