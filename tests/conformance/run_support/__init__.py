"""Parts of the runner of recorded run cases."""
