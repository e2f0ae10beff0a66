-- migrate:up
-- Telling: who wants to know what, what is to be sent to them, what became of it; calendars; the worker's pulse.
-- Locks:    none that matter; the tables are new.
-- Back out: drop the tables; what was not sent yet is lost with them.

-- A person's or a system's wish to be told. `principal` is what its owner may see, as of the last change.
-- Belongs to no employer: a representative's subscription reaches over many.
CREATE TABLE subscription (
    subscription_id uuid        NOT NULL,
    subject         text        NOT NULL,
    principal       jsonb       NOT NULL,
    way             text        NOT NULL,
    address         text        NOT NULL,
    wish            jsonb       NOT NULL,
    state           text        NOT NULL,
    state_reason    text,
    secrets         jsonb       NOT NULL,
    unsubscribe     bytea,
    revision        int         NOT NULL,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    CONSTRAINT subscription_pk PRIMARY KEY (subscription_id),
    CONSTRAINT subscription_way_is_known CHECK (way IN ('webhook', 'slack', 'teams', 'email')),
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
-- Read by: deliveries.store.find_page, the log of one subscription.
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
