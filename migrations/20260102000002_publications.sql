-- migrate:up
-- Publications: an edition of a pack may come into force again, and every process sees at once that one has.
-- Locks:    publication and production, exclusively, for the moment it takes to build two small indexes.
-- Back out: restore the old key (possible while no digest was published twice), drop the rest.

ALTER TABLE publication DROP CONSTRAINT publication_pk;
ALTER TABLE publication ADD CONSTRAINT publication_pk PRIMARY KEY (kind, name, ledger_index);
-- Read by: agreements.store.FIND_BODIES, what a judgement names by digest.
CREATE INDEX publication_by_digest ON publication (digest);
-- Read by: judging.store.HOLD and .FIND_GROUND, which ask of every filing whether the rules have moved.
CREATE INDEX publication_of_rules ON publication (ledger_index) WHERE kind IN ('pack', 'params');

-- Since when a production could not be judged; the next judgement takes it away.
ALTER TABLE production ADD COLUMN failed_at timestamptz;

-- migrate:down
