"""What other tools say of files and builds, as targets; ``read`` reads one that was recognised."""
