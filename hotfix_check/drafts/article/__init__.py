"""KB articles to draft updates: text in, values out."""
