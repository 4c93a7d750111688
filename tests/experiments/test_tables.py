"""The words of reports."""

from ref.experiments.tables import ending, spread, table


def test_spread_is_the_median_and_the_range():
    number = "{:.1f}".format
    assert spread([3.0, 1.0, 2.5], number) == "2.5 [1.0, 3.0]"
    assert spread([2.0], number) == "2.0" and spread([], number) == ""


def test_an_ending_is_said_where_it_was_not_planned():
    assert ending({"stopped": "loss not finite"}, "steps", "reached") == " (loss not finite)"
    assert ending({"stopped": "steps"}, "steps", "reached") == ""


def test_a_table_has_as_many_columns_as_its_head():
    assert table(["a", "b"], [[1, "x"], ["", 2.5]]) == ["| a | b |", "|---|---|", "| 1 | x |", "|  | 2.5 |"]
