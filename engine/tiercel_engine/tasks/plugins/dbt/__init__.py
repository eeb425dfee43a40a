"""Tasks of the dbt plugin."""
