"""Networks: layers composed in longhand, each with the same four passes over `Parameters`."""
