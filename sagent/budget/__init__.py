"""What a tree of agents may spend, reserved before each call and settled after it."""
