-- migrate:up
-- Employers, productions, packs and schemas: who files, about what, judged by which rules.
-- Locks:    none that matter; the tables are new.
-- Back out: drop the tables, before the first filing only.

-- The newest record of each; every earlier one is in *_version, and each version is a ledger entry.
CREATE TABLE employer (
    employer_id text        NOT NULL,
    revision    int         NOT NULL,
    record      jsonb       NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT employer_pk PRIMARY KEY (employer_id),
    CONSTRAINT employer_id_is_a_key CHECK (employer_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    CONSTRAINT employer_revision_counts_from_one CHECK (revision >= 1)
);
-- Read by: nobody; it holds that one company is one employer.
CREATE UNIQUE INDEX employer_lei_is_unique ON employer ((record ->> 'lei')) WHERE record ->> 'lei' IS NOT NULL;

CREATE TABLE employer_version (
    employer_id  text        NOT NULL,
    revision     int         NOT NULL,
    record       jsonb       NOT NULL,
    body         bytea       NOT NULL,
    recorded_at  timestamptz NOT NULL,
    recorded_by  text        NOT NULL,
    ledger_index bigint      NOT NULL,
    CONSTRAINT employer_version_pk PRIMARY KEY (employer_id, revision)
);
-- Read by: audit.store.STREAM_EMPLOYERS, the history in the order of the ledger.
CREATE INDEX employer_version_by_position ON employer_version (ledger_index);

CREATE TABLE production (
    employer_id     text        NOT NULL,
    production_id   text        NOT NULL,
    revision        int         NOT NULL,
    record          jsonb       NOT NULL,
    changed_at      timestamptz NOT NULL,
    -- Counts everything that changes what is known about the production; a judgement made against an older
    -- count is made again inside the transaction.
    facts           bigint      NOT NULL DEFAULT 0,
    judged_again_at timestamptz,
    CONSTRAINT production_pk PRIMARY KEY (employer_id, production_id),
    CONSTRAINT production_employer_exists FOREIGN KEY (employer_id) REFERENCES employer (employer_id),
    CONSTRAINT production_id_is_a_key CHECK (production_id ~ '^[a-z0-9][a-z0-9-]{0,62}$')
);
-- Read by: judging.store.claim_due, the sweep.
CREATE INDEX production_due_again ON production (judged_again_at) WHERE judged_again_at IS NOT NULL;

CREATE TABLE production_version (
    employer_id   text        NOT NULL,
    production_id text        NOT NULL,
    revision      int         NOT NULL,
    record        jsonb       NOT NULL,
    body          bytea       NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text        NOT NULL,
    ledger_index  bigint      NOT NULL,
    CONSTRAINT production_version_pk PRIMARY KEY (employer_id, production_id, revision)
);
-- Read by: audit.store.STREAM_PRODUCTIONS, the history in the order of the ledger.
CREATE INDEX production_version_by_position ON production_version (ledger_index);

-- Everything published by digest: packs, parameter sets and disclosure schemas, byte for byte.
CREATE TABLE publication (
    kind         text        NOT NULL,
    name         text        NOT NULL,
    digest       bytea       NOT NULL,
    body         bytea       NOT NULL,
    published_at timestamptz NOT NULL,
    ledger_index bigint      NOT NULL,
    CONSTRAINT publication_pk PRIMARY KEY (kind, name, digest),
    CONSTRAINT publication_kind_is_known CHECK (kind IN ('pack', 'params', 'schema')),
    CONSTRAINT publication_digest_is_sha256 CHECK (octet_length(digest) = 32)
);
-- Read by: audit.store.STREAM_PUBLICATIONS, the history in the order of the ledger.
CREATE INDEX publication_by_position ON publication (ledger_index);

CREATE TRIGGER employer_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON employer_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER production_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON production_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER publication_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publication
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT, UPDATE ON employer, production TO registry_app;
GRANT SELECT, INSERT ON employer_version, production_version, publication TO registry_app;

-- migrate:down
