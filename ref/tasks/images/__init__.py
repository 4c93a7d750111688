"""Images as rows of numbers in [0, 1].

    curves           drawn from a seed
    digits, mnist    the small sets that ship; idx, labelled: files, splits
"""
