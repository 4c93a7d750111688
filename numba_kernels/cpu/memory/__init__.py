"""What the compiled memories share: their controller, what it says to the heads, and what heads do with rows."""
