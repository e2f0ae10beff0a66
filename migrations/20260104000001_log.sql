-- migrate:up
-- Log: the ledger in standard form: who signs it, its checkpoints, what witnesses and time stampers said of them.
-- Locks:    none that matter; the tables are new.
-- Back out: drop the tables; whoever holds a checkpoint keeps it.

-- One row for each key the ledger has been signed with, the last one signs now. A new key means a new origin
-- (a shard): the tree goes on, and the entry of the change names the last checkpoint of the origin before.
CREATE TABLE ledger_log (
    number       int         NOT NULL,
    origin       text        NOT NULL,
    vkey         text        NOT NULL,
    first_size   bigint      NOT NULL,
    -- What the entry of the change says, as canonical JSON; NULL for the first log, which follows none.
    body         bytea,
    started_at   timestamptz NOT NULL,
    started_by   text        NOT NULL,
    ledger_index bigint,
    CONSTRAINT ledger_log_pk PRIMARY KEY (number),
    CONSTRAINT ledger_log_origin_is_used_once UNIQUE (origin),
    CONSTRAINT ledger_log_counts_from_one CHECK (number >= 1),
    CONSTRAINT ledger_log_follows_another CHECK ((number = 1) = (body IS NULL) AND (body IS NULL) = (ledger_index IS NULL))
);

-- Every checkpoint signed, in the transaction that made its tree.
CREATE TABLE ledger_checkpoint (
    size      bigint      NOT NULL,
    log       int         NOT NULL,
    root      bytea       NOT NULL,
    note      text        NOT NULL,
    signed_at timestamptz NOT NULL,
    CONSTRAINT ledger_checkpoint_pk PRIMARY KEY (size, log),
    CONSTRAINT ledger_checkpoint_log_exists FOREIGN KEY (log) REFERENCES ledger_log (number),
    CONSTRAINT ledger_checkpoint_root_is_sha256 CHECK (octet_length(root) = 32)
);
-- Read by: ledger.log.store.find_at, the newest checkpoint signed by an instant.
CREATE INDEX ledger_checkpoint_by_time ON ledger_checkpoint (signed_at);

-- A witness's line under a checkpoint.
CREATE TABLE ledger_cosignature (
    size        bigint      NOT NULL,
    log         int         NOT NULL,
    vkey        text        NOT NULL,
    line        text        NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT ledger_cosignature_pk PRIMARY KEY (size, log, vkey),
    CONSTRAINT ledger_cosignature_checkpoint_exists FOREIGN KEY (size, log) REFERENCES ledger_checkpoint (size, log)
);
-- Read by: witnessing.store.last_by_each, what a witness has signed last.
CREATE INDEX ledger_cosignature_by_key ON ledger_cosignature (vkey, size);

-- An RFC 3161 token over the SHA-256 of a checkpoint's note as the log alone signed it.
CREATE TABLE ledger_stamp (
    size       bigint      NOT NULL,
    log        int         NOT NULL,
    authority  text        NOT NULL,
    token      bytea       NOT NULL,
    stamped_at timestamptz NOT NULL,
    CONSTRAINT ledger_stamp_pk PRIMARY KEY (size, log, authority),
    CONSTRAINT ledger_stamp_checkpoint_exists FOREIGN KEY (size, log) REFERENCES ledger_checkpoint (size, log)
);

-- How far each place has been told: a witness by its key, the folder of tiles by its path. What went wrong last.
CREATE TABLE ledger_told (
    place   text        NOT NULL,
    log     int         NOT NULL,
    size    bigint      NOT NULL,
    error   text,
    told_at timestamptz NOT NULL,
    CONSTRAINT ledger_told_pk PRIMARY KEY (place, log)
);

-- Why nothing may be signed any more, until a person has looked into it: a fork somebody else has seen.
CREATE TABLE ledger_halt (
    one       bool        NOT NULL DEFAULT true,
    reason    text        NOT NULL,
    halted_at timestamptz NOT NULL,
    CONSTRAINT ledger_halt_pk PRIMARY KEY (one),
    CONSTRAINT ledger_halt_is_one_row CHECK (one)
);

CREATE TRIGGER ledger_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER ledger_checkpoint_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER ledger_cosignature_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER ledger_stamp_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_stamp
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT ON ledger_log, ledger_checkpoint, ledger_cosignature, ledger_stamp, ledger_halt TO registry_app;
GRANT SELECT, INSERT, UPDATE ON ledger_told TO registry_app;

-- migrate:down
