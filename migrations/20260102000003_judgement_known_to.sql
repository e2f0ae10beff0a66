-- migrate:up
-- Judgements: how much of the ledger each was made in sight of; losses that concern an employer's other productions.
-- Locks:    judgement and disclosure_version, exclusively, while the column is added and one index is built.
-- Back out: drop the column, the index and the table, before the first filing only.

-- Everything in the ledger before this position was known to the judgement, except what is known exactly: of
-- the production itself (record, filings, requests, observations), all that stands before the judgement.
-- No released database has judgements, so no row is left without it.
ALTER TABLE judgement ADD COLUMN known_to bigint NOT NULL;

-- Read by: judging.store.FIND_GROUND and .LOAD_OTHERS, productions of an employer that have filed workforce events.
CREATE INDEX disclosure_version_of_losses ON disclosure_version (employer_id, production_id)
    WHERE document @? '$.workforce[*].events[*]';

-- Filings that changed what an employer's other productions are judged by. Only ever added to in a filing, so
-- that no filing waits for another's production; the sweep takes them off and has those productions judged.
CREATE TABLE loss_change (
    employer_id  text        NOT NULL,
    judgement_id uuid        NOT NULL,
    changed_at   timestamptz NOT NULL,
    CONSTRAINT loss_change_pk PRIMARY KEY (employer_id, judgement_id)
);
-- To take a row off it is locked first, and locking asks for the right to update.
GRANT SELECT, INSERT, UPDATE, DELETE ON loss_change TO registry_app;

-- migrate:down
