"""Reading picture files, and writing results in the form that the content's file has."""
