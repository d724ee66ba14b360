"""The landing and the database: the only room that writes to either."""
