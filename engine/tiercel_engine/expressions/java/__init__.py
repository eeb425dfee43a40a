"""Rules of Java's library that expressions show: patterns, formats, regular expressions, hash maps."""
