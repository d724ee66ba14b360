"""Amazon's fields → canonical columns. Pure: landed pages in, frames out, no I/O; one module a vendor's document."""
