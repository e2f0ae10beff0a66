-- migrate:up
-- Search: a copy of what was filed and of what was found, made to be asked. Nothing rests on it.
-- Locks:    none that matter; the tables are new.
-- Back out: drop the tables; whatever is in them is made anew from the history.

-- One row per version, in force for ledgers of more than from_index and at most until_index entries. `terms`
-- are what it is found by: the level of release as a digit (0 public, 1 parties, 2 auditor, 3 employer), a
-- letter for the kind, a colon, the value in small letters. Last stand all the locals and unions that the
-- production has had since, among which are those who may see it. `words` has a weight for each level: A public to D.
CREATE TABLE search_version (
    employer_id   text        NOT NULL,
    disclosure_id uuid        NOT NULL,
    version       int         NOT NULL,
    production_id text        NOT NULL,
    type          text        NOT NULL,
    state         text        NOT NULL,
    period_from   date,
    period_to     date,
    filed_at      timestamptz NOT NULL,
    terms         text[]      NOT NULL,
    words         tsvector    NOT NULL,
    from_index    bigint      NOT NULL,
    until_index   bigint      NOT NULL DEFAULT 9223372036854775807,
    CONSTRAINT search_version_pk PRIMARY KEY (employer_id, disclosure_id, version),
    CONSTRAINT search_version_is_in_force_once CHECK (from_index < until_index)
);
-- Read by: search.asking.walks.store, for those who read across employers; a page is loaded by it.
CREATE INDEX search_version_by_position ON search_version (from_index);
-- Read by: the same, for one employer.
CREATE INDEX search_version_by_employer ON search_version (employer_id, from_index);
-- Read by: the same, for one production; search.store.move_production.
CREATE INDEX search_version_by_production ON search_version (employer_id, production_id, from_index);
-- Read by: statistics.store, for what concerns a representative.
CREATE INDEX search_version_by_term ON search_version USING gin (terms);
-- Read by: nobody; 20260105000002 puts search_version_by_key in its place.
CREATE INDEX search_version_by_word ON search_version USING gin (words);

-- One row for each stretch of the ledger in which the judgements of a production found the same.
CREATE TABLE search_judgement (
    employer_id   text   NOT NULL,
    production_id text   NOT NULL,
    from_index    bigint NOT NULL,
    until_index   bigint NOT NULL DEFAULT 9223372036854775807,
    terms         text[] NOT NULL,
    CONSTRAINT search_judgement_pk PRIMARY KEY (employer_id, production_id, from_index),
    CONSTRAINT search_judgement_is_in_force_once CHECK (from_index < until_index)
);
-- Read by: search.asking.store.find_judged; and the walks by its key, when verdicts or rules are asked for.
CREATE INDEX search_judgement_by_term ON search_judgement USING gin (terms);

GRANT SELECT, INSERT, UPDATE, DELETE ON search_version, search_judgement TO registry_app;

-- migrate:down
