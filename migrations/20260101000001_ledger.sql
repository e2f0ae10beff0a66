-- migrate:up
-- Ledger: the append-only history, its head, and the roots of its full subtrees.
-- Locks:    none that matter; the tables are new.
-- Back out: before the first filing only; a history is never dropped.

-- The role of the running program. It cannot rewrite history; migrations belong to their owner.
-- Roles are shared by every database of a server, so migrations of several databases may meet here: who
-- comes second finds the role (unique_violation) or the grant (internal_error, "tuple concurrently updated").
-- Who may neither make nor grant the role needs it granted by a superuser beforehand.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'registry_app') THEN
        CREATE ROLE registry_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT registry_app TO %I', current_user);
    END IF;
EXCEPTION
    WHEN unique_violation OR internal_error THEN
        NULL;
    WHEN insufficient_privilege THEN
        IF NOT pg_has_role(current_user, 'registry_app', 'USAGE') THEN
            RAISE;
        END IF;
END $$;
GRANT USAGE ON SCHEMA public TO registry_app;
-- Read by: health.ready, which answers only when every migration is there.
GRANT SELECT ON schema_migrations TO registry_app;

CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE ledger_entry (
    index       bigint      NOT NULL,
    entry       bytea       NOT NULL,
    leaf        bytea       NOT NULL,
    appended_at timestamptz NOT NULL,
    CONSTRAINT ledger_entry_pk PRIMARY KEY (index),
    CONSTRAINT ledger_index_counts_from_zero CHECK (index >= 0),
    CONSTRAINT ledger_leaf_is_sha256 CHECK (octet_length(leaf) = 32),
    CONSTRAINT ledger_entry_fits_a_bundle CHECK (octet_length(entry) BETWEEN 1 AND 65535)
);

-- Roots of full subtrees of 256^level leaves, so that a proof reads hundreds of rows, not a million.
-- Derived from ledger_entry; verification trusts none of it.
CREATE TABLE ledger_subtree (
    level int    NOT NULL,
    index bigint NOT NULL,
    hash  bytea  NOT NULL,
    CONSTRAINT ledger_subtree_pk PRIMARY KEY (level, index),
    CONSTRAINT ledger_subtree_level_is_small CHECK (level BETWEEN 1 AND 7),
    CONSTRAINT ledger_subtree_hash_is_sha256 CHECK (octet_length(hash) = 32)
);

-- One row: size, root and the roots of the perfect subtrees on the right edge. Its row lock orders appends,
-- so positions are gapless: a rolled-back append gives its position to the next one.
CREATE TABLE ledger_head (
    one      bool    NOT NULL DEFAULT true,
    size     bigint  NOT NULL,
    root     bytea   NOT NULL,
    frontier bytea[] NOT NULL,
    CONSTRAINT ledger_head_pk PRIMARY KEY (one),
    CONSTRAINT ledger_head_is_one_row CHECK (one),
    CONSTRAINT ledger_head_root_is_sha256 CHECK (octet_length(root) = 32)
);
INSERT INTO ledger_head (size, root, frontier) VALUES (0, sha256(''), '{}');

CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER ledger_subtree_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_subtree
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT ON ledger_entry, ledger_subtree TO registry_app;
GRANT SELECT, UPDATE ON ledger_head TO registry_app;

-- migrate:down
