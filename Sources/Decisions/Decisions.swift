// Decisions
