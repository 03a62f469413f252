"""One result document, many renderings."""
