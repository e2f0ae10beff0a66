-- migrate:up
-- As of: the living records as the first so many entries of the ledger leave them, from their histories alone.
-- Locks:    ledger_entry, exclusively, while one index is built.
-- Back out: drop the functions and the index; nothing is stored here.

-- Each function stands in a statement where the living table of the same name does, with the same columns, and
-- is taken apart by the planner as if it were written there. The living table gives the keys and their order,
-- which never change; everything else is the newest row of the history that stands before position `size`.

-- Read by: ledger.past.store.FIND_LATER, which entries an instant means.
CREATE INDEX ledger_entry_by_time ON ledger_entry (appended_at, index);

CREATE FUNCTION employer_at(size bigint)
RETURNS TABLE (employer_id text, revision int, record jsonb, changed_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT l.employer_id, v.revision, v.record, v.recorded_at
    FROM employer l
    JOIN LATERAL (
        SELECT h.revision, h.record, h.recorded_at
        FROM employer_version h
        WHERE h.employer_id = l.employer_id AND h.ledger_index < size
        ORDER BY h.revision DESC
        LIMIT 1
    ) v ON true
$$;

-- What the program remembers beside the record (its count of facts, when to judge again) is of the present only.
CREATE FUNCTION production_at(size bigint)
RETURNS TABLE (employer_id text, production_id text, revision int, record jsonb, changed_at timestamptz,
               facts bigint, judged_again_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT l.employer_id, l.production_id, v.revision, v.record, v.recorded_at, NULL::bigint, NULL::timestamptz
    FROM production l
    JOIN LATERAL (
        SELECT h.revision, h.record, h.recorded_at
        FROM production_version h
        WHERE h.employer_id = l.employer_id AND h.production_id = l.production_id AND h.ledger_index < size
        ORDER BY h.revision DESC
        LIMIT 1
    ) v ON true
$$;

-- A withdrawal says no period, and neither does an amendment that leaves it out: the one said last holds.
CREATE FUNCTION disclosure_at(size bigint)
RETURNS TABLE (employer_id text, disclosure_id uuid, production_id text, type text, period_from date,
               period_to date, version int, state text, changed_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT l.employer_id, l.disclosure_id, l.production_id, l.type,
           (SELECT (h.document #>> '{filing,period,from}')::date
            FROM disclosure_version h
            WHERE h.employer_id = l.employer_id AND h.disclosure_id = l.disclosure_id AND h.ledger_index < size
              AND h.document #>> '{filing,period,from}' IS NOT NULL
            ORDER BY h.version DESC LIMIT 1),
           (SELECT (h.document #>> '{filing,period,to}')::date
            FROM disclosure_version h
            WHERE h.employer_id = l.employer_id AND h.disclosure_id = l.disclosure_id AND h.ledger_index < size
              AND h.document #>> '{filing,period,to}' IS NOT NULL
            ORDER BY h.version DESC LIMIT 1),
           v.version,
           CASE v.kind WHEN 'filing' THEN 'filed' WHEN 'amendment' THEN 'amended' ELSE 'withdrawn' END,
           v.filed_at
    FROM disclosure l
    JOIN LATERAL (
        SELECT h.version, h.kind, h.filed_at
        FROM disclosure_version h
        WHERE h.employer_id = l.employer_id AND h.disclosure_id = l.disclosure_id AND h.ledger_index < size
        ORDER BY h.version DESC
        LIMIT 1
    ) v ON true
$$;

-- The kind of alert a finding asks for: the same words as obligations.finding.Finding.alert_kind, held to them
-- by a test.
CREATE FUNCTION alert_kind_of(finding jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN finding ->> 'alert' <> ''
             AND finding ->> 'verdict' IN ('violation', 'insufficient_information') THEN finding ->> 'alert'
        WHEN finding ->> 'verdict' = 'violation' THEN 'violation'
        WHEN (finding ->> 'quiet')::bool THEN NULL
        WHEN finding ->> 'verdict' = 'insufficient_information' THEN 'insufficient_information'
        WHEN finding ->> 'verdict' = 'not_applicable'
             THEN CASE WHEN (finding ->> 'due_soon')::bool THEN 'due_soon' END
        WHEN finding -> 'review' NOT IN ('[]', 'null') THEN 'review'
    END
$$;

-- An alert goes on concerning whom it concerned, and keeps its kind when its finding asks for no alert any more;
-- so both come from all of its moves until then. `locals_now` and `unions_now` are those of today, which are
-- never fewer: what an index finds by them is looked at again by those of then. The day of the soonest clock is
-- worked out by who reads.
CREATE FUNCTION alert_at(size bigint)
RETURNS TABLE (employer_id text, alert_id uuid, production_id text, fingerprint bytea, rule text, kind text,
               severity text, state text, revision int, locals text[], unions text[], finding jsonb,
               outcome text, opened_at timestamptz, changed_at timestamptz, course jsonb, clock_on date,
               locals_now text[], unions_now text[])
LANGUAGE sql STABLE AS $$
    SELECT l.employer_id, l.alert_id, l.production_id, l.fingerprint, l.rule,
           (SELECT alert_kind_of(h.finding)
            FROM alert_move h
            WHERE h.employer_id = l.employer_id AND h.alert_id = l.alert_id AND h.ledger_index < size
              AND alert_kind_of(h.finding) IS NOT NULL
            ORDER BY h.revision DESC LIMIT 1),
           v.finding ->> 'severity', v.to_state, v.revision, c.locals, c.unions, v.finding, v.outcome,
           l.opened_at, v.moved_at, v.course, NULL::date, l.locals, l.unions
    FROM alert l
    JOIN LATERAL (
        SELECT h.revision, h.to_state, h.finding, h.outcome, h.course, h.moved_at
        FROM alert_move h
        WHERE h.employer_id = l.employer_id AND h.alert_id = l.alert_id AND h.ledger_index < size
        ORDER BY h.revision DESC
        LIMIT 1
    ) v ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(DISTINCT party COLLATE "C" ORDER BY party COLLATE "C")
                        FILTER (WHERE what = 'local'), '{}') AS locals,
               coalesce(array_agg(DISTINCT split_part(party, ':', 1) COLLATE "C"
                                  ORDER BY split_part(party, ':', 1) COLLATE "C"), '{}') AS unions
        FROM alert_move h
        CROSS JOIN LATERAL (
            SELECT 'local' AS what, jsonb_array_elements_text(h.finding -> 'locals') AS party
            UNION ALL
            SELECT 'union', jsonb_array_elements_text(h.finding -> 'unions')
        ) p
        WHERE h.employer_id = l.employer_id AND h.alert_id = l.alert_id AND h.ledger_index < size
    ) c
$$;

-- Whether a production had, or an alert had come to concern, one of these locals or unions then. Called row by
-- row, behind what an index finds by the parties of all times.
CREATE FUNCTION production_concerned(of_employer text, of_production text, size bigint, of_locals text[],
                                     of_unions text[])
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT v.record -> 'locals' ?| of_locals OR EXISTS (
               SELECT FROM jsonb_array_elements_text(v.record -> 'locals') AS l (local)
                WHERE split_part(l.local, ':', 1) = ANY (of_unions))
          FROM production_version v
         WHERE v.employer_id = of_employer AND v.production_id = of_production AND v.ledger_index < size
         ORDER BY v.revision DESC LIMIT 1), false)
$$;

CREATE FUNCTION alert_concerned(of_employer text, of_alert uuid, size bigint, of_locals text[],
                                of_unions text[])
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM alert_move m
         WHERE m.employer_id = of_employer AND m.alert_id = of_alert AND m.ledger_index < size
           AND (m.finding -> 'locals' ?| of_locals OR EXISTS (
                SELECT FROM jsonb_array_elements_text((m.finding -> 'locals') || (m.finding -> 'unions')) AS p (party)
                 WHERE split_part(p.party, ':', 1) = ANY (of_unions))))
$$;

CREATE FUNCTION request_at(size bigint)
RETURNS TABLE (employer_id text, request_id uuid, production_id text, party text, state text, revision int,
               recorded_at timestamptz, changed_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT l.employer_id, l.request_id, l.production_id, l.party,
           CASE WHEN v.kind = 'request' THEN 'open'
                WHEN (v.document ->> 'closes')::bool THEN 'closed' ELSE 'answered' END,
           v.revision, l.recorded_at, v.recorded_at
    FROM request l
    JOIN LATERAL (
        SELECT h.revision, h.kind, h.document, h.recorded_at
        FROM request_entry h
        WHERE h.employer_id = l.employer_id AND h.request_id = l.request_id AND h.ledger_index < size
        ORDER BY h.revision DESC
        LIMIT 1
    ) v ON true
$$;

-- migrate:down
