"""The sample style pictures, one in every module, and what they share."""
