"""Articles and hotfix packages to drafts of updates, for a person to review."""
