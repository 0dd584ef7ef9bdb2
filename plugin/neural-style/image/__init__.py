"""Reading and changing GIMP's image: pixels, layers, the selection, parasites, and placing results."""
