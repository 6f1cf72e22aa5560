-- up
-- At most one tenant a shop. `version` counts the moves of `status`; tenant_moves has one row for each. `generation`
-- counts the attempts to enable: it is part of every key (charge, hold, job), so an attempt can be repeated but never
-- doubled. shop_deleted repeats what the shop says, by its hook in the same transaction, so that status and SSO need
-- one look-up.
-- status: 1 pending, 2 provisioning, 3 active, 4 suspended, 5 disabled. backend: 1 builtin, 2 chatbot.
-- bot_state: 1 pending, 2 ready, 3 error. Zero or NULL: none.
CREATE TABLE tenants (
    id {id},
    shop {int} NOT NULL,
    account {int} NOT NULL,
    status {int} NOT NULL,
    version {int} NOT NULL,
    generation {int} NOT NULL,
    backend {int} NOT NULL,
    bot_state {int} NOT NULL,
    bot_id TEXT,
    bot_name TEXT NOT NULL,
    embed_id TEXT NOT NULL,
    logo_url TEXT,
    sync_scopes TEXT NOT NULL,
    subscription {int} NOT NULL,
    hold {int} NOT NULL,
    job {int} NOT NULL,
    error_code TEXT,
    shop_deleted {int} NOT NULL,
    maybe_registered {int} NOT NULL,
    asked_at_ms {int} NOT NULL,
    enabled_at_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX tenants_shop ON tenants (shop);

CREATE TABLE tenant_moves (
    tenant {int} NOT NULL,
    version {int} NOT NULL,
    account {int} NOT NULL,
    from_status {int} NOT NULL,
    to_status {int} NOT NULL,
    why TEXT NOT NULL,
    actor {int} NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (tenant, version)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- What a tenant is paid for and until when. The newest number is the one that counts (tenants.subscription). `charges`
-- is the number of periods that were paid; due_at_ms is when the renewal job must look next, 0: never.
-- status: 1 active, 2 past due, 3 expired, 4 cancelled (runs to its end, then nothing).
CREATE TABLE subscriptions (
    tenant {int} NOT NULL,
    number {int} NOT NULL,
    shop {int} NOT NULL,
    account {int} NOT NULL,
    feature TEXT NOT NULL,
    source TEXT NOT NULL,
    status {int} NOT NULL,
    anchor_day {int} NOT NULL,
    charges {int} NOT NULL,
    started_at_ms {int} NOT NULL,
    period_start_ms {int} NOT NULL,
    expires_at_ms {int} NOT NULL,
    due_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL,
    PRIMARY KEY (tenant, number)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE INDEX subscriptions_due ON subscriptions (due_at_ms) WHERE due_at_ms > 0;

-- kind: 1 sso, 2 webhook, 3 service. state: 1 active, 2 previous (still accepted until valid_until_ms), 3 revoked
-- (erased). `delivered` 0: the outside backend does not know it yet. A service key is kept as a hash alone.
CREATE TABLE tenant_secrets (
    tenant {int} NOT NULL,
    kind {int} NOT NULL,
    generation {int} NOT NULL,
    account {int} NOT NULL,
    state {int} NOT NULL,
    delivered {int} NOT NULL,
    sealed {blob},
    key_hash TEXT,
    hint TEXT NOT NULL,
    created_at_ms {int} NOT NULL,
    shown_at_ms {int} NOT NULL,
    valid_until_ms {int} NOT NULL,
    PRIMARY KEY (tenant, kind, generation)
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );
CREATE UNIQUE INDEX tenant_secrets_key ON tenant_secrets (key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX tenant_secrets_previous ON tenant_secrets (valid_until_ms) WHERE state = 2;

-- One-time codes that carry a browser into the chat's pages. role: 0 admin, 1 viewer.
CREATE TABLE tenant_launches (
    code_hash TEXT NOT NULL PRIMARY KEY,
    shop {int} NOT NULL,
    account {int} NOT NULL,
    role {int} NOT NULL,
    expires_at_ms {int} NOT NULL,
    used_at_ms {int} NOT NULL
--sqlite ) STRICT, WITHOUT ROWID;
--postgres );

-- down
DROP TABLE tenant_launches;
DROP TABLE tenant_secrets;
DROP TABLE subscriptions;
DROP TABLE tenant_moves;
DROP TABLE tenants;
