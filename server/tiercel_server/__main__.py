"""`python -m tiercel_server` is the `tiercel` command."""

from tiercel_server.cli.main import main

if __name__ == "__main__":
    main()
