"""Tasks of the JDBC plugins, by database."""
