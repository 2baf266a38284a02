"""One module for each make: how its files are called, and what stands in them."""
