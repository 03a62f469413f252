"""Targets (a folder, a file, a listing, a saved inventory) to an Inventory."""
