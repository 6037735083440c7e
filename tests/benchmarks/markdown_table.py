"""A table of a page, in Markdown."""


def markdown_table(head, rows):
    """Returns a table.

    Args:
        head: The titles of its columns. All but the first are of numbers,
            which stand at the right.
        rows: The cells of its rows.
    """
    rule = "|---" + "|---:" * (len(head) - 1) + "|"
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], rule, *lines[1:]])
