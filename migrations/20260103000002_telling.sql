-- migrate:up
-- Telling: who wants to know what, what is to be sent to them, what became of it; calendars; the worker's pulse.
-- Locks:    none that matter; the tables are new.
-- Back out: drop the tables; what was not sent yet is lost with them.

-- A person's or a system's wish to be told. `principal` is what its owner may see, as of the last change.
-- Belongs to no employer: a representative's subscription reaches over many.
CREATE TABLE subscription (
    subscription_id uuid        NOT NULL,
    -- Whose it is: role, employer and subject of the token it was made with.
    subject         text        NOT NULL,
    principal       jsonb       NOT NULL,
    way             text        NOT NULL,
    address         text        NOT NULL,
    form            text        NOT NULL,
    wish            jsonb       NOT NULL,
    pace            jsonb       NOT NULL,
    state           text        NOT NULL,
    state_reason    text,
    secrets         jsonb       NOT NULL,
    unsubscribe     bytea,
    -- Since when nothing has arrived; and until when an address that fails is left in peace.
    failing_since   timestamptz,
    rests_until     timestamptz,
    -- What it was made by, so that the same request sent again makes no second one.
    key_digest      bytea,
    body_digest     bytea,
    revision        int         NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    CONSTRAINT subscription_pk PRIMARY KEY (subscription_id),
    CONSTRAINT subscription_is_made_once UNIQUE (key_digest),
    CONSTRAINT subscription_way_is_known CHECK (way IN ('webhook', 'slack', 'teams', 'email')),
    CONSTRAINT subscription_form_is_known CHECK (form IN ('standard', 'cloudevents')),
    CONSTRAINT subscription_state_is_known CHECK (state IN ('active', 'paused', 'disabled', 'ended')),
    CONSTRAINT subscription_revision_counts_from_one CHECK (revision >= 1)
);
-- Read by: subscriptions.store.find_page, a person's own.
CREATE INDEX subscription_by_subject ON subscription (subject, subscription_id);
-- Read by: subscriptions.store.find_by_unsubscribe, the link in a mail.
CREATE UNIQUE INDEX subscription_by_unsubscribe ON subscription (unsubscribe) WHERE unsubscribe IS NOT NULL;

-- One event for one subscription. `position` is the event's place in the ledger; `about` is the alert or
-- request, whose deliveries to one subscription keep that order.
CREATE TABLE delivery (
    delivery_id     uuid        NOT NULL,
    subscription_id uuid        NOT NULL,
    position        bigint      NOT NULL,
    type            text        NOT NULL,
    about           uuid        NOT NULL,
    event           jsonb       NOT NULL,
    state           text        NOT NULL,
    -- Told together with others; and the message they were put together in, the same whenever it is repeated.
    digest          bool        NOT NULL,
    message_id      uuid,
    -- How often it was claimed, by workers that were killed too; and how often it was tried to the end.
    claims          int         NOT NULL,
    attempts        int         NOT NULL,
    not_before      timestamptz NOT NULL,
    leased_until    timestamptz,
    status          int,
    error           text,
    body_sha256     bytea,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    CONSTRAINT delivery_pk PRIMARY KEY (delivery_id),
    CONSTRAINT delivery_is_made_once UNIQUE (subscription_id, position),
    CONSTRAINT delivery_state_is_known CHECK (state IN ('waiting', 'delivered', 'failed', 'held')),
    CONSTRAINT delivery_subscription_exists FOREIGN KEY (subscription_id) REFERENCES subscription (subscription_id)
);
-- Read by: deliveries.store.claim, what is to be sent now.
CREATE INDEX delivery_waiting ON delivery (not_before) WHERE state = 'waiting';
-- Read by: deliveries.store.claim, whether something earlier about the same matter is still on its way.
CREATE INDEX delivery_in_order ON delivery (subscription_id, about, position) WHERE state = 'waiting';
-- Read by: deliveries.store.claim_digest, what one subscription is told together.
CREATE INDEX delivery_of_digest ON delivery (subscription_id, not_before) WHERE state = 'waiting' AND digest;
-- Read by: deliveries.store.drop_ended, .hold, .drop and .release, and the metrics: what may still be sent.
CREATE INDEX delivery_unsettled ON delivery (subscription_id, state) WHERE state IN ('waiting', 'held');
-- Read by: deliveries.log.store.replay, the deliveries of one digest.
CREATE INDEX delivery_by_message ON delivery (message_id) WHERE message_id IS NOT NULL;
-- Read by: deliveries.log.store.find_page, the log of one subscription.
CREATE INDEX delivery_by_subscription ON delivery (subscription_id, delivery_id);

CREATE TABLE delivery_attempt (
    delivery_id  uuid        NOT NULL,
    number       int         NOT NULL,
    attempted_at timestamptz NOT NULL,
    status       int,
    error        text,
    body_sha256  bytea       NOT NULL,
    milliseconds int         NOT NULL,
    CONSTRAINT delivery_attempt_pk PRIMARY KEY (delivery_id, number)
);

-- One row: up to which place in the ledger events have become deliveries. Moves with the deliveries it made.
CREATE TABLE dispatch (
    one      bool   NOT NULL DEFAULT true,
    position bigint NOT NULL,
    CONSTRAINT dispatch_pk PRIMARY KEY (one),
    CONSTRAINT dispatch_is_one_row CHECK (one)
);
INSERT INTO dispatch (position) SELECT size FROM ledger_head;

-- When each part of a worker was last well. Read by: health.working, and the metrics.
CREATE TABLE worker_pulse (
    part    text        NOT NULL,
    beat_at timestamptz NOT NULL,
    CONSTRAINT worker_pulse_pk PRIMARY KEY (part)
);

-- A calendar that a person's own program reads at a secret address. Only the secret's digest is kept.
CREATE TABLE calendar_feed (
    feed_id    uuid        NOT NULL,
    subject    text        NOT NULL,
    principal  jsonb       NOT NULL,
    title      text        NOT NULL,
    secret     bytea       NOT NULL,
    -- The one production it is of, as its two keys; NULL where it is of all its owner may see.
    production jsonb,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT calendar_feed_pk PRIMARY KEY (feed_id),
    CONSTRAINT calendar_feed_secret_is_unique UNIQUE (secret),
    CONSTRAINT calendar_feed_secret_is_sha256 CHECK (octet_length(secret) = 32)
);
-- Read by: calendars.store.find_page, a person's own.
CREATE INDEX calendar_feed_by_subject ON calendar_feed (subject, feed_id);

GRANT SELECT, INSERT, UPDATE ON subscription, delivery, calendar_feed, worker_pulse TO registry_app;
GRANT SELECT, INSERT ON delivery_attempt TO registry_app;
GRANT SELECT, UPDATE ON dispatch TO registry_app;

-- migrate:down
