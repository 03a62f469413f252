"""Benchmarks against the peers and the floor: python -m benchmarks"""
