"""What kiosks need of the service: their settings, their maps, and who of them is well (docs/kiosk.md)."""
