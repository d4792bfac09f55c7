"""Pictures, sheets and films of the avatars, drawn by the product's own stage in headless Chromium."""
