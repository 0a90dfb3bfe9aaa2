"""The lens: what happens, as all other dialects say it side by side (docs/lens.md). Not for chatting."""

from hubbub.dialects.lens.dialect import LensDialect

__all__ = ["LensDialect"]
