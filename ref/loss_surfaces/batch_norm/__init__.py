"""What a point between networks with batch norm costs: policies for the means and variances that it normalises with."""
