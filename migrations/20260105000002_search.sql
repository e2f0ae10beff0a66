-- migrate:up
-- Search: what is rare is looked up in one stretch of the ledger after the other; the inbox is walked, not read whole.
-- Locks:    search_version, alert and alert_move, exclusively, while an index of each is built.
-- Back out: drop the indexes and the function, make search_version_by_word again; nothing is stored here.

-- Everything a version is looked up by, each behind the number of its stretch of 32 768 positions: its terms, its
-- words, its employer (e:), type (y:) and state (s:). A lookup is always held against the row: words keep neither
-- level nor order here. It costs the planner much, so that it is read from the index and never worked out.
CREATE FUNCTION search_keys(from_index bigint, employer_id text, type text, state text, terms text[], words tsvector)
RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100000 AS $$
DECLARE
    stretch text := (from_index >> 15) || ' ';
BEGIN
    RETURN string_to_array(
        stretch || replace(array_to_string(terms || tsvector_to_array(words)
                                           || ARRAY['e:' || employer_id, 'y:' || type, 's:' || state], E'\x1f'),
                           E'\x1f', E'\x1f' || stretch), E'\x1f');
END $$;

-- Read by: search.asking.walks.store.far. Written at once: a list of what is still to be written would be read anew
-- for every stretch, and in the end be written by one filing for hundreds.
CREATE INDEX search_version_by_key ON search_version
    USING gin (search_keys(from_index, employer_id, type, state, terms, words)) WITH (fastupdate = off);
ALTER INDEX search_version_by_key ALTER COLUMN 1 SET STATISTICS 0;
DROP INDEX search_version_by_word;

-- Read by: search.asking.store.find_alerted, when a state is asked for that few alerts have come into.
CREATE INDEX alert_move_by_state ON alert_move (to_state);

-- Read by: alerts.inbox.store.find_newest, when a state is asked for that few alerts are in.
CREATE INDEX alert_by_state ON alert (state, alert_id);
-- Hardly any alert is held back, and without this the planner takes nearly all for held back: it then reads every
-- alert of everybody, or of a local, for one page of the inbox.
CREATE STATISTICS alert_held_by ON (course ->> 'held_by') FROM alert;

-- migrate:down
