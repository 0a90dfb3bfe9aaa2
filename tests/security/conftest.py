"""For what needs a moment between two steps of a service: services without connections."""

from unit.services.conftest import town

__all__ = ["town"]
