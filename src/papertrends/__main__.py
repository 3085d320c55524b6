"""``python -m papertrends``."""

from papertrends.cli import main

if __name__ == "__main__":
    main()
