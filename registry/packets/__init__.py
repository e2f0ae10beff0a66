"""Everything about one case in one file, for a grievance: facts, clause, timeline, proofs."""
