"""pip as the installer and the core run it: with their own settings, and an explanation when it fails."""
