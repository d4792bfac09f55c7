"""A person's own face drives the avatar: readings of a camera calibrated, filtered, bridged, and put into the body."""
