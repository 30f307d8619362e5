"""What the simulator answers: a module for each surface of the API, plain functions from a call to an answer."""
