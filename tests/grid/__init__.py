"""Who does what, and who sees it, in every dialect: docs/interoperability.md."""
