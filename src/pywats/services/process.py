"""Test, repair and WIP operations."""

from __future__ import annotations

from pywats.models.process import Process
from pywats.services.base import AsyncService

__all__ = ["AsyncProcessService"]


class AsyncProcessService(AsyncService):
    """The operations that the server knows."""

    async def get_processes(
        self,
        *,
        include_test_operations: bool | None = None,
        include_repair_operations: bool | None = None,
        include_wip_operations: bool | None = None,
        include_inactive_processes: bool | None = None,
    ) -> list[Process]:
        """List test, repair and WIP operations.

        Without arguments the server lists the active ones of all three kinds.

        Args:
            include_test_operations: Include test operations.
            include_repair_operations: Include repair operations.
            include_wip_operations: Include work-in-progress operations.
            include_inactive_processes: Include processes that are not active.

        Returns:
            The processes; repair operations come with their settings, categories and repair codes.

        Raises:
            WatsError: The request failed.

        WATS endpoint: GET /api/App/Processes
        """
        processes = await self._client.request_optional(
            "GET",
            "/api/App/Processes",
            list[Process],
            params={
                "includeTestOperations": include_test_operations,
                "includeRepairOperations": include_repair_operations,
                "includeWipOperations": include_wip_operations,
                "includeInactiveProcesses": include_inactive_processes,
            },
        )
        return processes or []
