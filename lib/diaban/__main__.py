"""`python -m diaban` is `diaban`."""

from diaban.cli import main

if __name__ == "__main__":
    main()
