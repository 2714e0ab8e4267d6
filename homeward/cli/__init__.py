"""The command line: a client of the API for people, and what runs homeward's processes."""


def main() -> None:
    """The `homeward` command."""
    from homeward.cli.root import run

    run()
