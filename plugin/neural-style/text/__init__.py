"""What a person reads: the words in their language, and what to do about trouble."""
