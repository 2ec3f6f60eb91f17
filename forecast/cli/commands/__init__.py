"""One file a command: its declaration and its body. What is heavy is imported in the body: help is instant."""
