"""Many hosts: each saved inventory or result to one small row, the rows to one document, wherever they are judged."""
