-- migrate:up
-- Cases: an alert followed to its settlement; the thread of both parties; the files they show each other.
-- Locks:    alert and alert_move, exclusively, while columns and checks are exchanged; the other tables are new.
-- Back out: before the first move beyond the old three states only.

-- What people and time have made of an alert beside its finding: plan, waiver, grievance, agreed changes of its
-- clocks. NULL in the rows of before is a course in which nothing has happened yet.
ALTER TABLE alert ADD COLUMN course jsonb;
ALTER TABLE alert_move ADD COLUMN course jsonb;
-- When time alone makes the next move of this alert: a reminder, an escalation, the end of a waiver.
ALTER TABLE alert ADD COLUMN wakes_at timestamptz;
-- The soonest clock that runs, as a day: what the inbox is sorted by and the metrics count.
ALTER TABLE alert ADD COLUMN clock_on date;

ALTER TABLE alert DROP CONSTRAINT alert_state_is_known;
ALTER TABLE alert ADD CONSTRAINT alert_state_is_known CHECK (state IN
    ('open', 'acknowledged', 'answered', 'in_consultation', 'grieved', 'waived', 'resolved', 'withdrawn'));
-- What is live already is looked at as soon as a sweep runs, which works out when to look again.
UPDATE alert SET wakes_at = changed_at WHERE state <> 'resolved';
-- Read by: alerts.store.claim_waking, the sweep over what time has to move.
CREATE INDEX alert_wakes ON alert (wakes_at) WHERE wakes_at IS NOT NULL;
-- Read by: alerts.inbox.store.find_soonest, the list by clock; alerts without one come last.
CREATE INDEX alert_by_clock ON alert ((coalesce(clock_on, '9999-12-31'::date)), alert_id DESC);

-- How an alert of a party is followed up; copied onto each alert when it opens. One row per local or union.
CREATE TABLE escalation_plan (
    party      text        NOT NULL,
    revision   int         NOT NULL,
    plan       jsonb       NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL,
    CONSTRAINT escalation_plan_pk PRIMARY KEY (party),
    CONSTRAINT escalation_plan_revision_counts_from_one CHECK (revision >= 1)
);
GRANT SELECT, INSERT, UPDATE ON escalation_plan TO registry_app;

-- What the two parties say to each other about an alert or a request, in order. `side` says who reads it: both,
-- or only the employer's or the union's side. The salt keeps the public ledger's digest from telling a text
-- that is guessed. `body` is as received; a file is kept in evidence_chunk instead.
CREATE TABLE thread_entry (
    employer_id   text        NOT NULL,
    thread_id     uuid        NOT NULL,
    number        int         NOT NULL,
    thread        text        NOT NULL,
    production_id text        NOT NULL,
    kind          text        NOT NULL,
    side          text        NOT NULL,
    -- Who says it: the employer's key, or the local or union the author speaks for.
    party         text        NOT NULL,
    document      jsonb       NOT NULL,
    body          bytea,
    salt          text        NOT NULL,
    -- Of the Idempotency-Key it was sent with; NULL where an If-Match keeps it from being said twice.
    key_digest    bytea,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text        NOT NULL,
    role          text        NOT NULL,
    ledger_index  bigint      NOT NULL,
    CONSTRAINT thread_entry_pk PRIMARY KEY (employer_id, thread_id, number),
    CONSTRAINT thread_entry_thread_is_known CHECK (thread IN ('alert', 'request')),
    CONSTRAINT thread_entry_kind_is_known CHECK (kind IN
        ('answer', 'accept', 'dispute', 'ask', 'comment', 'note', 'evidence', 'extension', 'consent', 'refusal')),
    CONSTRAINT thread_entry_side_is_known CHECK (side IN ('both', 'employer', 'union')),
    CONSTRAINT thread_entry_counts_from_one CHECK (number >= 1)
);
-- Read by: audit.store.STREAM_THREADS, the history in the order of the ledger.
CREATE INDEX thread_entry_by_position ON thread_entry (ledger_index);
-- Read by: threads.store.find_by_key, what was said with a key before.
CREATE UNIQUE INDEX thread_entry_by_key ON thread_entry (employer_id, key_digest) WHERE key_digest IS NOT NULL;
CREATE TRIGGER thread_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON thread_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- The bytes of a file of evidence, in pieces, apart from the row that tells of it.
CREATE TABLE evidence_chunk (
    employer_id text  NOT NULL,
    evidence_id uuid  NOT NULL,
    number      int   NOT NULL,
    body        bytea NOT NULL,
    CONSTRAINT evidence_chunk_pk PRIMARY KEY (employer_id, evidence_id, number),
    CONSTRAINT evidence_chunk_is_a_piece CHECK (octet_length(body) BETWEEN 1 AND 1048576)
);
-- Files are compressed already where they can be; trying again would only cost time.
ALTER TABLE evidence_chunk ALTER COLUMN body SET STORAGE EXTERNAL;
-- Read by: threads.store.get_file, a file by its own id.
CREATE INDEX thread_entry_of_evidence ON thread_entry ((document ->> 'evidence_id')) WHERE kind = 'evidence';
CREATE TRIGGER evidence_chunk_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_chunk
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT ON thread_entry, evidence_chunk TO registry_app;

-- migrate:down
