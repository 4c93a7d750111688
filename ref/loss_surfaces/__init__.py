"""Loss surfaces after Im, Tao & Branson 2016: what lies between the points that optimisers reach, and around them."""
