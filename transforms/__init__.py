"""The canonical tables and the pure functions over them: frames in, frames out, no I/O."""
