"""Commands in containers of a Docker daemon, through the Docker SDK (the extra `docker`)."""
