"""What published equations leave possible for each hidden count, by linear programmes."""
