"""pip as the installer and the core run it: by their own settings, and with the causes of a failure told."""
