"""What strangers wrote: read within bounds, checked field by field, and shown without harm."""
