"""Seed 001's REST side, a file for each noun: method, path → command, and how its result looks."""
