"""What starts a flow by itself: when a schedule fires, and in which zone its times are told."""
