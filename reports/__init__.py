"""One client and one week as plain data, then as a mail; delivered once per recipient."""
