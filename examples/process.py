"""What can be tested and repaired here: the operations of the server, with the codes that reports need.

A local simulator is asked, so the script needs nothing and leaves nothing behind.
"""

from pywats import pyWATS
from pywats.models import Process
from pywats.simulator import WatsSimulator


def main() -> None:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        print("test operations, for UUTReport.create(process_code=...):")
        for process in api.process.get_processes(include_test_operations=True):
            print(f"  {process.code:4} {process.name}")

        print("repair operations, with the categories and codes of their failures:")
        for process in api.process.get_processes(include_repair_operations=True):
            print_repair(process)

        every = api.process.get_processes(include_inactive_processes=True)
        retired = [process.name for process in every if process.state != 1]
        print(f"no longer in use: {', '.join(map(str, retired))}")


def print_repair(process: Process) -> None:
    print(f"  {process.code:4} {process.name}")
    if process.repair_operation is None:
        return
    for category in process.repair_operation.repair_categories or []:
        codes = [code.description for code in category.repair_codes or []]
        print(f"       {category.description}: {', '.join(map(str, codes))}")


if __name__ == "__main__":
    main()
