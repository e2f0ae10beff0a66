-- migrate:up
-- Confidence: who read whose data, put into the ledger in batches; redactions by order; exports and their manifests.
-- Locks:    access_log, briefly, for its new columns; the other tables are new.
-- Back out: before the first batch, redaction or export only.

-- Why the reader said they looked, as of when they asked; NULL where they said nothing.
ALTER TABLE access_log ADD COLUMN why text;
ALTER TABLE access_log ADD COLUMN as_of text;
-- Read by: access.store.LIST_ALL, a person's own readings.
CREATE INDEX access_log_by_reader ON access_log (subject, access_id);

-- Whose data a reading showed: found when the answer was made, before it was sent.
CREATE TABLE access_subject (
    employer_id text        NOT NULL,
    access_id   uuid        NOT NULL,
    read_at     timestamptz NOT NULL,
    CONSTRAINT access_subject_pk PRIMARY KEY (employer_id, access_id)
);
-- Read by: access.store.find_page, an employer's list of who read its data; and access.store.subjects_of.
CREATE INDEX access_subject_by_reading ON access_subject (access_id);

-- Readings that are in no batch yet.
CREATE TABLE access_waiting (
    access_id uuid NOT NULL,
    CONSTRAINT access_waiting_pk PRIMARY KEY (access_id)
);
INSERT INTO access_waiting (access_id) SELECT access_id FROM access_log;

-- Some readings, in order, under one entry of the ledger: `body` lists their digests as canonical JSON.
CREATE TABLE access_batch (
    batch_id     uuid        NOT NULL,
    number       int         NOT NULL,
    readings     int         NOT NULL,
    body         bytea       NOT NULL,
    recorded_at  timestamptz NOT NULL,
    ledger_index bigint      NOT NULL,
    CONSTRAINT access_batch_pk PRIMARY KEY (batch_id),
    CONSTRAINT access_batch_number_is_used_once UNIQUE (number)
);
-- Read by: audit.store.STREAM_BATCHES, the history in the order of the ledger.
CREATE INDEX access_batch_by_position ON access_batch (ledger_index);
CREATE TABLE access_batched (
    access_id uuid NOT NULL,
    batch_id  uuid NOT NULL,
    place     int  NOT NULL,
    CONSTRAINT access_batched_pk PRIMARY KEY (access_id),
    CONSTRAINT access_batched_place_is_used_once UNIQUE (batch_id, place)
);

-- A section of one version taken out by order. The tombstone stays for ever; what it took is gone.
CREATE TABLE redaction (
    employer_id   text        NOT NULL,
    redaction_id  uuid        NOT NULL,
    disclosure_id uuid        NOT NULL,
    version       int         NOT NULL,
    sections      jsonb       NOT NULL,
    ground        text        NOT NULL,
    ordered_by    text        NOT NULL,
    -- What was changed by it and can no longer be recomputed from its entry: table, key, the digest it had.
    body          bytea       NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text        NOT NULL,
    ledger_index  bigint      NOT NULL,
    CONSTRAINT redaction_pk PRIMARY KEY (employer_id, redaction_id)
);
-- Read by: audit.store.STREAM_REDACTIONS, the history in the order of the ledger.
CREATE INDEX redaction_by_position ON redaction (ledger_index);
-- Read by: redactions.store.find_of, what was taken out of one disclosure.
CREATE INDEX redaction_by_disclosure ON redaction (employer_id, disclosure_id);

-- An export that was made: what was asked, of which tree, which files with which digests; and its signature.
CREATE TABLE export (
    export_id    uuid        NOT NULL,
    subject      text        NOT NULL,
    principal    jsonb       NOT NULL,
    query        jsonb       NOT NULL,
    tree_size    bigint      NOT NULL,
    -- Of the Idempotency-Key it was asked for with; NULL without one.
    key_digest   bytea,
    -- The manifest, as canonical JSON, and as the text of a note signed by the log's key.
    body         bytea       NOT NULL,
    signed       text        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    ledger_index bigint      NOT NULL,
    CONSTRAINT export_pk PRIMARY KEY (export_id),
    CONSTRAINT export_key_is_used_once UNIQUE (subject, key_digest)
);
-- Read by: audit.store.STREAM_EXPORTS, the history in the order of the ledger.
CREATE INDEX export_by_position ON export (ledger_index);
-- Read by: exports.store.find_page, a person's own.
CREATE INDEX export_by_subject ON export (subject, export_id);

CREATE TRIGGER access_subject_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_subject
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER access_batch_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_batch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER access_batched_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_batched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER redaction_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON redaction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER export_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON export
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT ON access_subject, access_batch, access_batched, redaction, export TO registry_app;
GRANT SELECT, INSERT, DELETE ON access_waiting TO registry_app;

-- migrate:down
