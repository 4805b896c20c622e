"""The process that rebuilds the index: `python -m index.generations`."""

from index.generations.background_rebuild import main

if __name__ == "__main__":
    main()
