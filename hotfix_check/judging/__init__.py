"""From options to an answer: which catalogue, which question, which policy. Nothing is printed; no clock is asked."""
