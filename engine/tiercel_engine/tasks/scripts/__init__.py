"""Script tasks: commands and scripts of any language, run by an interpreter of this machine."""
