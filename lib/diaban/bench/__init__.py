"""What the methods and the machine can do, measured."""
