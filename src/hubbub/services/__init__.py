"""Every decision and every event starts here; one module per noun.

Order inside a service: validate, permit, persist, publish; only what is committed is published.
"""
