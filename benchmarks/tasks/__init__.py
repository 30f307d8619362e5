"""What is measured, each as a function that a child process runs: keyword arguments in, what it saw out."""
