"""Clothes: six outfits cut over the figure, with their materials and pictures."""

from __future__ import annotations

from avatar.looks.clothes.wardrobe import SHADE, bare, dress, materials, pictures

__all__ = ["SHADE", "bare", "dress", "materials", "pictures"]
