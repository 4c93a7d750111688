"""The experiments of the second paper: factorised networks by margin on copy memory, adding, images and text."""
