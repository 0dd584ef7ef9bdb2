"""What a person chose: arguments, settings, looks and styles."""
