-- migrate:up
-- Drafts: documents in the making. They are nobody's filing: not judged, not in the ledger, until they are filed.
-- Locks:    none that matter; the table is new.
-- Back out: drop the table; unfiled drafts are lost with it.

CREATE TABLE draft (
    employer_id   text        NOT NULL,
    draft_id      uuid        NOT NULL,
    production_id text        NOT NULL,
    -- The disclosure it would amend, and the version it starts from; NULL for a new disclosure.
    disclosure_id uuid,
    base_version  int,
    -- What it was made from: nothing, a version, or an answer's proposal; and what of it is still to be confirmed.
    source        jsonb       NOT NULL,
    to_confirm    jsonb       NOT NULL,
    document      jsonb       NOT NULL,
    state         text        NOT NULL,
    revision      int         NOT NULL,
    author        text        NOT NULL,
    reviewer      text,
    review_note   text,
    filed         jsonb,
    created_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT draft_pk PRIMARY KEY (employer_id, draft_id),
    CONSTRAINT draft_production_exists FOREIGN KEY (employer_id, production_id)
        REFERENCES production (employer_id, production_id),
    CONSTRAINT draft_state_is_known CHECK (state IN ('open', 'in_review', 'approved', 'filed', 'discarded')),
    CONSTRAINT draft_revision_counts_from_one CHECK (revision >= 1)
);
-- Read by: drafts.store.find_page, an employer's drafts of one production, newest first.
CREATE INDEX draft_by_production ON draft (employer_id, production_id, draft_id);

GRANT SELECT, INSERT, UPDATE ON draft TO registry_app;

-- migrate:down
