"""What a person may set, and the recipe that it becomes."""
