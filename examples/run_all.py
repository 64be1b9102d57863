"""Runs every example in this folder against the local simulator, as CI does."""

import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WATS_")}
    failed = []
    for example in sorted(Path(__file__).parent.glob("*.py")):
        if example.name != Path(__file__).name:
            print(f"== {example.name}", flush=True)
            if subprocess.run([sys.executable, str(example)], env=environment, check=False).returncode:
                failed.append(example.name)
    print(f"failed: {', '.join(failed)}" if failed else "all examples ran")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
