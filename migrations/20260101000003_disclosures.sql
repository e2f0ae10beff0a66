-- migrate:up
-- Disclosures: the searchable copy of what was filed, the bytes received, and the judgements made.
-- Locks:    none that matter; the tables are new.
-- Back out: drop the tables, before the first filing only.

-- The living record: one for a production and a period. Moves by compare-and-set on version.
CREATE TABLE disclosure (
    employer_id   text        NOT NULL,
    disclosure_id uuid        NOT NULL,
    production_id text        NOT NULL,
    type          text        NOT NULL,
    period_from   date,
    period_to     date,
    version       int         NOT NULL,
    state         text        NOT NULL,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT disclosure_pk PRIMARY KEY (employer_id, disclosure_id),
    CONSTRAINT disclosure_production_exists FOREIGN KEY (employer_id, production_id)
        REFERENCES production (employer_id, production_id),
    CONSTRAINT disclosure_type_is_known CHECK (type IN ('initial', 'quarterly_update', 'nil_return')),
    CONSTRAINT disclosure_state_is_known CHECK (state IN ('filed', 'amended', 'withdrawn')),
    CONSTRAINT disclosure_version_counts_from_one CHECK (version >= 1)
);
-- Read by: disclosures.store.load_known, everything known of one production; and the list by production.
CREATE INDEX disclosure_by_production ON disclosure (employer_id, production_id, disclosure_id);
-- Read by: disclosures.store.find and .find_page for those who read across employers, paged by id (UUIDv7).
CREATE INDEX disclosure_by_id ON disclosure (disclosure_id);

-- One row per filing, amendment or withdrawal. `document` is the received document in the newest schema's shape.
CREATE TABLE disclosure_version (
    employer_id    text        NOT NULL,
    disclosure_id  uuid        NOT NULL,
    version        int         NOT NULL,
    production_id  text        NOT NULL,
    kind           text        NOT NULL,
    reason         text,
    explanation    text,
    schema_version text        NOT NULL,
    filed_at       timestamptz NOT NULL,
    filed_by       text        NOT NULL,
    sha256         bytea       NOT NULL,
    ledger_index   bigint      NOT NULL,
    document       jsonb       NOT NULL,
    warnings       jsonb       NOT NULL,
    CONSTRAINT disclosure_version_pk PRIMARY KEY (employer_id, disclosure_id, version),
    CONSTRAINT disclosure_version_kind_is_known CHECK (kind IN ('filing', 'amendment', 'withdrawal')),
    CONSTRAINT disclosure_version_sha256_is_sha256 CHECK (octet_length(sha256) = 32)
);
-- Read by: audit.store.STREAM_DISCLOSURES, the history in the order of the ledger.
CREATE INDEX disclosure_version_by_position ON disclosure_version (ledger_index);
-- Read by: disclosures.store.load_known with as_of, and the version list.
CREATE INDEX disclosure_version_by_production ON disclosure_version (employer_id, production_id, ledger_index);

-- The exact bytes received and the salts of the section commitments; apart from the version, so that a
-- redaction by order can take the content and leave the history.
CREATE TABLE disclosure_content (
    employer_id   text  NOT NULL,
    disclosure_id uuid  NOT NULL,
    version       int   NOT NULL,
    body          bytea NOT NULL,
    salts         jsonb NOT NULL,
    CONSTRAINT disclosure_content_pk PRIMARY KEY (employer_id, disclosure_id, version)
);

-- One row per judgement that changed something: all findings of one production as canonical JSON bytes.
CREATE TABLE judgement (
    employer_id   text        NOT NULL,
    judgement_id  uuid        NOT NULL,
    production_id text        NOT NULL,
    judged_at     timestamptz NOT NULL,
    cause         text        NOT NULL,
    disclosure_id uuid,
    version       int,
    packs         jsonb       NOT NULL,
    findings      bytea       NOT NULL,
    ledger_index  bigint      NOT NULL,
    CONSTRAINT judgement_pk PRIMARY KEY (employer_id, judgement_id),
    CONSTRAINT judgement_cause_is_known CHECK (cause IN ('filing', 'sweep', 'change'))
);
-- Read by: audit.store.STREAM_JUDGEMENTS, the history in the order of the ledger.
CREATE INDEX judgement_by_position ON judgement (ledger_index);
-- Read by: judging.store.find_latest, the newest judgement of a production, now or as of a day.
CREATE INDEX judgement_by_production ON judgement (employer_id, production_id, ledger_index DESC);

-- Answers already given, replayed for the same Idempotency-Key.
CREATE TABLE idempotency (
    employer_id text        NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    status      int         NOT NULL,
    headers     jsonb       NOT NULL,
    answer      bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_pk PRIMARY KEY (employer_id, key),
    CONSTRAINT idempotency_key_is_short CHECK (length(key) BETWEEN 1 AND 255)
);

CREATE TRIGGER disclosure_version_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosure_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER disclosure_content_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosure_content
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER judgement_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON judgement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT, UPDATE ON disclosure TO registry_app;
GRANT SELECT, INSERT ON disclosure_version, disclosure_content, judgement, idempotency TO registry_app;

-- migrate:down
