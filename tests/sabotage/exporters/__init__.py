"""Small exporters, each with one defect that a real person would write. Each is run as a program of its own."""
