"""What goes over the wire: frames, proof, endpoint. Standard library, Python 3.9 and later."""
