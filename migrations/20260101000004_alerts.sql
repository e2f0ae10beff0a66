-- migrate:up
-- Alerts: findings somebody must see to; and the record of who read what.
-- Locks:    none that matter; the tables are new.
-- Back out: drop the tables, before the first filing only.

-- One row per fingerprint (rule, production, subject). State moves by compare-and-set on state and revision.
CREATE TABLE alert (
    employer_id   text        NOT NULL,
    alert_id      uuid        NOT NULL,
    production_id text        NOT NULL,
    fingerprint   bytea       NOT NULL,
    rule          text        NOT NULL,
    kind          text        NOT NULL,
    severity      text        NOT NULL,
    state         text        NOT NULL,
    revision      int         NOT NULL,
    locals        text[]      NOT NULL,
    unions        text[]      NOT NULL,
    finding       jsonb       NOT NULL,
    outcome       text,
    opened_at     timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT alert_pk PRIMARY KEY (employer_id, alert_id),
    CONSTRAINT alert_has_one_fingerprint UNIQUE (employer_id, production_id, fingerprint),
    CONSTRAINT alert_kind_is_known CHECK (kind IN ('violation', 'review', 'insufficient_information', 'due_soon')),
    CONSTRAINT alert_severity_is_known CHECK (severity IN ('critical', 'major', 'minor', 'info')),
    CONSTRAINT alert_state_is_known CHECK (state IN ('open', 'acknowledged', 'resolved')),
    CONSTRAINT alert_outcome_only_when_resolved CHECK ((state = 'resolved') = (outcome IS NOT NULL))
);
-- Read by: alerts.store.find_alerts for a representative's locals and unions, newest first.
CREATE INDEX alert_by_local ON alert USING gin (locals);
-- Read by: the same, for representatives of a whole union.
CREATE INDEX alert_by_union ON alert USING gin (unions);
-- Read by: alerts.store.find_alerts for auditors and administrators, paged by id (UUIDv7: in time order).
CREATE INDEX alert_by_id ON alert (alert_id);

-- Every move an alert made: opened, updated, acknowledged, settled, resolved, reopened.
CREATE TABLE alert_move (
    employer_id  text        NOT NULL,
    alert_id     uuid        NOT NULL,
    revision     int         NOT NULL,
    move         text        NOT NULL,
    from_state   text,
    to_state     text        NOT NULL,
    author       text        NOT NULL,
    reason       text,
    outcome      text,
    finding      jsonb,
    moved_at     timestamptz NOT NULL,
    ledger_index bigint      NOT NULL,
    CONSTRAINT alert_move_pk PRIMARY KEY (employer_id, alert_id, revision)
);
-- Read by: audit.store.STREAM_MOVES, the history in the order of the ledger.
CREATE INDEX alert_move_by_position ON alert_move (ledger_index);
CREATE TRIGGER alert_move_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_move
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

-- Who read what that is not public. Not tied to an employer: an auditor's list touches many.
CREATE TABLE access_log (
    access_id  uuid        NOT NULL,
    read_at    timestamptz NOT NULL,
    subject    text        NOT NULL,
    role       text        NOT NULL,
    method     text        NOT NULL,
    path       text        NOT NULL,
    query      text        NOT NULL,
    request_id text        NOT NULL,
    CONSTRAINT access_log_pk PRIMARY KEY (access_id)
);
CREATE TRIGGER access_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT, UPDATE ON alert TO registry_app;
GRANT SELECT, INSERT ON alert_move, access_log TO registry_app;

-- migrate:down
