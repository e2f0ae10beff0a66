-- migrate:up
-- Redaction: up to where the database's own leavings of what was taken out were cleared away.
-- Locks:    none that matter; the table is new.
-- Back out: drop the table.

-- `cleaned`: dead rows are out of reach of every statement; `scrubbed`: tables and indexes are written anew, so
-- that the bytes are in no page of them either. Both of every redaction that stands before `upto`.
CREATE TABLE redaction_leavings (
    way        text        NOT NULL,
    upto       bigint      NOT NULL,
    cleared_at timestamptz NOT NULL,
    CONSTRAINT redaction_leavings_pk PRIMARY KEY (way),
    CONSTRAINT redaction_leavings_way_is_known CHECK (way IN ('cleaned', 'scrubbed'))
);
GRANT SELECT, INSERT, UPDATE ON redaction_leavings TO registry_app;

-- migrate:down
