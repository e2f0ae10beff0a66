-- migrate:up
-- Drafts: documents in the making. They are nobody's filing: not judged, not in the ledger, until they are filed.
-- Locks:    none that matter; the table is new.
-- Back out: drop the table; unfiled drafts are lost with it.

CREATE TABLE draft (
    employer_id    text        NOT NULL,
    draft_id       uuid        NOT NULL,
    production_id  text        NOT NULL,
    -- The disclosure it would amend, and the version it starts from; NULL for a new disclosure.
    disclosure_id  uuid,
    base_version   int,
    -- What it was made from (nothing, a version, an answer's proposal); what of it is still to be confirmed.
    source         jsonb       NOT NULL,
    to_confirm     jsonb       NOT NULL,
    document       jsonb       NOT NULL,
    state          text        NOT NULL,
    revision       int         NOT NULL,
    author         text        NOT NULL,
    -- Who saved the document last: neither they nor the author approve it.
    editor         text        NOT NULL,
    review         jsonb,
    filed          jsonb,
    -- Of the request that made it: the key it came with, if any, and its body.
    key_digest     bytea,
    request_digest bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    CONSTRAINT draft_pk PRIMARY KEY (employer_id, draft_id),
    CONSTRAINT draft_key_is_used_once UNIQUE (employer_id, key_digest),
    CONSTRAINT draft_production_exists FOREIGN KEY (employer_id, production_id)
        REFERENCES production (employer_id, production_id),
    CONSTRAINT draft_state_is_known CHECK (state IN ('open', 'in_review', 'approved', 'filed', 'discarded')),
    CONSTRAINT draft_amends_a_version CHECK ((disclosure_id IS NULL) = (base_version IS NULL)),
    CONSTRAINT draft_is_filed_once CHECK ((state = 'filed') = (filed IS NOT NULL)),
    CONSTRAINT draft_revision_counts_from_one CHECK (revision >= 1)
);
-- Read by: drafts.store.find_page, an employer's drafts of one production, newest first.
CREATE INDEX draft_by_production ON draft (employer_id, production_id, draft_id);

GRANT SELECT, INSERT, UPDATE ON draft TO registry_app;

-- migrate:down
