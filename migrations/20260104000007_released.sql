-- migrate:up
-- Released: the order in which the public reads of productions, which tells nothing of their keys.
-- Locks:    production, against writing, while the index is made.
-- Back out: drop the index.

-- Read by: released.store.LIST_PRODUCTIONS.
CREATE INDEX production_by_digest ON production (md5(employer_id || '/' || production_id));

-- migrate:down
