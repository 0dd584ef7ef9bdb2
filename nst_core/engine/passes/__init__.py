"""The ways through a network: from pixels to features, and from their gradients back to pixels."""
