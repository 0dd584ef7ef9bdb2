"""What is GIMP's: pixels, layers, selection, parasites, and where results go."""
