"""Side-by-side measurements: what a night's rows cost, beside the floor no loader can go below."""
