"""What several test folders share: factories for records, a temporary PostgreSQL, the sizes of source files."""
