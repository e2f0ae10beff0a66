-- migrate:up
-- Judgements: how much of the ledger each was made in sight of; losses that concern an employer's other productions.
-- Locks:    judgement and disclosure_version, exclusively, while the column is added and one index is built.
-- Back out: drop the column, the index and the table, before the first filing only.

-- Everything in the ledger before this position was known to the judgement, except what is known exactly: of
-- the production itself (record, filings, requests, observations), all that stands before the judgement.
-- No released database has judgements, so no row is left without it.
ALTER TABLE judgement ADD COLUMN known_to bigint NOT NULL;

-- Read by: judging.history.store.LIST_LOSING_FILED, when every judgement is made again.
CREATE INDEX disclosure_version_of_losses ON disclosure_version (employer_id, production_id)
    WHERE document @? '$.workforce[*].events[*]';

-- Judgements of filings that changed the losses of their production, which an employer's other productions are
-- judged by, too. Only ever added to in a filing, so that no filing waits for another's production; the sweep
-- marks those it has spread to them.
CREATE TABLE loss_change (
    employer_id   text        NOT NULL,
    production_id text        NOT NULL,
    position      bigint      NOT NULL,
    changed_at    timestamptz NOT NULL,
    spread        bool        NOT NULL DEFAULT false,
    CONSTRAINT loss_change_pk PRIMARY KEY (employer_id, production_id, position)
);
-- Read by: judging.store.TAKE_LOSS_CHANGES, those the sweep has still to spread.
CREATE INDEX loss_change_to_spread ON loss_change (changed_at) WHERE NOT spread;
GRANT SELECT, INSERT, UPDATE ON loss_change TO registry_app;

-- migrate:down
