-- migrate:up
-- Requests of unions with the employers' answers, and observations of AI use: what is told outside filings.
-- Locks:    alert, for the moment in which its check of kinds is exchanged; the tables are new.
-- Back out: drop the tables, before the first request only.

-- One row per request, as its newest entry left it. Moves by compare-and-set on revision.
CREATE TABLE request (
    employer_id   text        NOT NULL,
    request_id    uuid        NOT NULL,
    production_id text        NOT NULL,
    -- The local that asks, or the union where no local is named.
    party         text        NOT NULL,
    state         text        NOT NULL,
    revision      int         NOT NULL,
    recorded_at   timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT request_pk PRIMARY KEY (employer_id, request_id),
    CONSTRAINT request_production_exists FOREIGN KEY (employer_id, production_id)
        REFERENCES production (employer_id, production_id),
    CONSTRAINT request_state_is_known CHECK (state IN ('open', 'answered', 'closed')),
    CONSTRAINT request_revision_counts_from_one CHECK (revision >= 1)
);
-- Read by: requests.store.find_page for those who read across employers, paged by id (UUIDv7).
CREATE INDEX request_by_id ON request (request_id);

-- Revision 1 is the request, every later one an answer to it; the bytes received, and what they say.
CREATE TABLE request_entry (
    employer_id   text        NOT NULL,
    request_id    uuid        NOT NULL,
    revision      int         NOT NULL,
    production_id text        NOT NULL,
    party         text        NOT NULL,
    kind          text        NOT NULL,
    document      jsonb       NOT NULL,
    body          bytea       NOT NULL,
    key_digest    bytea,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text        NOT NULL,
    role          text        NOT NULL,
    ledger_index  bigint      NOT NULL,
    CONSTRAINT request_entry_pk PRIMARY KEY (employer_id, request_id, revision),
    -- Two requests never come of one Idempotency-Key; answers have none, they name a revision.
    CONSTRAINT request_entry_key_is_used_once UNIQUE (employer_id, key_digest),
    CONSTRAINT request_entry_kind_is_known CHECK (kind IN ('request', 'answer')),
    CONSTRAINT request_entry_begins_with_the_request CHECK ((revision = 1) = (kind = 'request')),
    CONSTRAINT request_entry_request_has_a_key CHECK ((kind = 'request') = (key_digest IS NOT NULL))
);
-- Read by: audit.store.STREAM_REQUESTS, the history in the order of the ledger.
CREATE INDEX request_entry_by_position ON request_entry (ledger_index);
-- Read by: requests.store.load_heard, everything asked and answered about one production.
CREATE INDEX request_entry_by_production ON request_entry (employer_id, production_id, ledger_index);

-- What a representative reports of AI use. Nobody is named here but a reporter who wants to be: no subject of a
-- token, no bytes as received. The salt keeps the public ledger's digest from telling a name that is guessed.
CREATE TABLE observation (
    employer_id      text        NOT NULL,
    observation_id   uuid        NOT NULL,
    production_id    text        NOT NULL,
    party            text        NOT NULL,
    role             text        NOT NULL,
    document         jsonb       NOT NULL,
    reporter_name    text,
    reporter_contact text,
    salt             text        NOT NULL,
    key_digest       bytea       NOT NULL,
    fingerprint      bytea       NOT NULL,
    recorded_at      timestamptz NOT NULL,
    ledger_index     bigint      NOT NULL,
    CONSTRAINT observation_pk PRIMARY KEY (employer_id, observation_id),
    CONSTRAINT observation_key_is_used_once UNIQUE (employer_id, key_digest),
    CONSTRAINT observation_production_exists FOREIGN KEY (employer_id, production_id)
        REFERENCES production (employer_id, production_id)
);
-- Read by: audit.store.STREAM_OBSERVATIONS, the history in the order of the ledger.
CREATE INDEX observation_by_position ON observation (ledger_index);
-- Read by: observations.store.load_heard, everything observed about one production.
CREATE INDEX observation_by_production ON observation (employer_id, production_id, ledger_index);
-- Read by: observations.store.find_page for those who read across employers, paged by id (UUIDv7).
CREATE INDEX observation_by_id ON observation (observation_id);

-- What was told is held against the filings: alerts of one kind more.
ALTER TABLE alert DROP CONSTRAINT alert_kind_is_known;
ALTER TABLE alert ADD CONSTRAINT alert_kind_is_known
    CHECK (kind IN ('violation', 'review', 'insufficient_information', 'due_soon', 'accuracy'));

CREATE TRIGGER request_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON request_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER observation_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON observation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT, UPDATE ON request TO registry_app;
GRANT SELECT, INSERT ON request_entry, observation TO registry_app;

-- migrate:down
