"""Seed 003's REST side: a table for each noun."""
