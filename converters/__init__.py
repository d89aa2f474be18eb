"""Utsushi: moves municipal data between vendor and standard layouts, and back, without loss."""
