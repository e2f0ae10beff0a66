-- migrate:up
-- Redaction: what an order has taken out of a version is gone; what is left still opens its commitments.
-- Locks:    disclosure_content, briefly, for its new column; refuse_rewrite is exchanged in place.
-- Back out: before the first redaction only.

-- The sections as received that a redaction has left, when it has taken the bytes.
ALTER TABLE disclosure_content ALTER COLUMN body DROP NOT NULL;
ALTER TABLE disclosure_content ADD COLUMN remaining jsonb;
ALTER TABLE disclosure_content ADD CONSTRAINT disclosure_content_is_whole_or_redacted
    CHECK ((body IS NULL) = (remaining IS NOT NULL));

ALTER TABLE redaction ADD COLUMN key_digest bytea;
-- Read by: redactions.store.find_by_key, what was asked for with an Idempotency-Key before.
CREATE UNIQUE INDEX redaction_by_key ON redaction (employer_id, key_digest) WHERE key_digest IS NOT NULL;

-- History is still never rewritten, but by `redact`, which needs a tombstone made in its own transaction.
CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    called text;
BEGIN
    GET DIAGNOSTICS called = PG_CONTEXT;
    IF TG_OP = 'UPDATE' AND strpos(called, 'redact(uuid,jsonb)') > 0
       AND TG_TABLE_NAME IN ('disclosure_content', 'disclosure_version', 'judgement', 'alert_move') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'history is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- Takes out what the tombstone *given* names, and nothing else: the sections of its version, and of the rows on
-- its list what *changes* says of them. The tombstone has to be of this very transaction.
CREATE FUNCTION redact(given uuid, changes jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stone redaction%ROWTYPE;
    gone  text[];
    keys  jsonb;
BEGIN
    SELECT * INTO stone FROM redaction r WHERE r.redaction_id = given AND r.xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no tombstone % of this transaction', given USING ERRCODE = 'restrict_violation';
    END IF;
    gone := ARRAY(SELECT jsonb_array_elements_text(stone.sections));
    keys := coalesce((SELECT jsonb_agg(jsonb_build_array(r -> 'table', r -> 'key'))
                        FROM jsonb_array_elements(convert_from(stone.body, 'UTF8')::jsonb -> 'rows') AS r), '[]');
    UPDATE disclosure_content c
       SET remaining = coalesce(c.remaining, convert_from(c.body, 'UTF8')::jsonb) - gone, body = NULL,
           salts = c.salts - gone
     WHERE c.employer_id = stone.employer_id AND c.disclosure_id = stone.disclosure_id AND c.version = stone.version;
    UPDATE disclosure_version v
       SET document = v.document - gone,
           warnings = coalesce((SELECT jsonb_agg(w ORDER BY number)
                                  FROM jsonb_array_elements(v.warnings) WITH ORDINALITY AS each (w, number)
                                 WHERE NOT split_part(w ->> 'pointer', '/', 2) = ANY (gone)), '[]')
     WHERE v.employer_id = stone.employer_id AND v.disclosure_id = stone.disclosure_id AND v.version = stone.version;
    UPDATE judgement j SET findings = decode(x.findings, 'hex')
      FROM jsonb_to_recordset(changes -> 'judgements') AS x (judgement_id uuid, findings text)
     WHERE j.employer_id = stone.employer_id AND j.judgement_id = x.judgement_id
       AND keys @> jsonb_build_array(jsonb_build_array('judgement',
               jsonb_build_array(j.employer_id, j.judgement_id)));
    UPDATE alert_move m SET finding = x.finding, reason = x.reason
      FROM jsonb_to_recordset(changes -> 'moves') AS x (alert_id uuid, revision int, finding jsonb, reason text)
     WHERE m.employer_id = stone.employer_id AND m.alert_id = x.alert_id AND m.revision = x.revision
       AND keys @> jsonb_build_array(jsonb_build_array('alert_move',
               jsonb_build_array(m.employer_id, m.alert_id, m.revision::text)));
    UPDATE alert a SET finding = m.finding
      FROM alert_move m
     WHERE a.employer_id = stone.employer_id AND m.employer_id = a.employer_id AND m.alert_id = a.alert_id
       AND m.revision = a.revision AND m.finding IS NOT NULL AND a.finding IS DISTINCT FROM m.finding;
    UPDATE idempotency i SET answer = decode(x.answer, 'hex'), headers = x.headers
      FROM jsonb_to_recordset(changes -> 'answers') AS x (key text, answer text, headers jsonb)
     WHERE i.employer_id = stone.employer_id AND i.key = x.key;
END $$;
REVOKE ALL ON FUNCTION redact(uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION redact(uuid, jsonb) TO registry_app;

-- migrate:down
