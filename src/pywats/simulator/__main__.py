"""Runs the simulator from a shell: ``python -m pywats.simulator --port 8080``."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the simulator until Ctrl-C.

    Args:
        arguments: The command line; None for that of the process.
    """
    parser = argparse.ArgumentParser(
        prog="python -m pywats.simulator", description="A WATS server on this machine, for trials and tests."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8080, help="port; 0 for a free one (default: %(default)s)"
    )
    parser.add_argument("--db", help="SQLite file that keeps the data (default: in memory)")
    parser.add_argument("--token", help="token that clients must send (default: a random one)")
    options = parser.parse_args(arguments)

    try:
        from pywats.simulator import WatsSimulator  # noqa: PLC0415 - fails without the extra
    except ModuleNotFoundError as error:
        sys.exit(str(error))

    logging.basicConfig(format="%(message)s", level=logging.INFO)
    # Ends as cleanly as Ctrl-C when a container or a service manager asks for it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with WatsSimulator(
            host=options.host, port=options.port, db=options.db, token=options.token
        ) as server:
            print(_greeting(server.url, server.token), flush=True)
            # On Windows, Ctrl-C cannot interrupt a wait that has no limit.
            while not threading.Event().wait(0.5):
                pass
    except KeyboardInterrupt:
        print("The simulator has stopped.")
    except (OSError, OverflowError, ValueError, sqlite3.Error) as error:
        sys.exit(f"The simulator cannot start: {error}")


def _greeting(url: str, token: str) -> str:
    form = '$env:{} = "{}"' if os.name == "nt" else "export {}={}"
    return "\n".join(
        [
            f"WATS simulator at {url} (Ctrl-C ends it)",
            f"Token: {token}",
            "",
            "For a client in another shell:",
            "  " + form.format("WATS_BASE_URL", url),
            "  " + form.format("WATS_AUTH_TOKEN", token),
            "",
        ]
    )


if __name__ == "__main__":
    main()
