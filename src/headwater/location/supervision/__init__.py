"""The engine's side of those processes on this machine: start them, talk to them, end them."""
