-- up
-- Tenants that an outside panel registered with us (the chatbot-node contract). `panel` is whose secret was used.
CREATE TABLE panel_tenants (
    id {id},
    panel {int} NOT NULL,
    shop_id TEXT NOT NULL,
    merchant_id TEXT NOT NULL,
    instance_url TEXT NOT NULL,
    name TEXT NOT NULL,
    logo_url TEXT,
    bot_id TEXT NOT NULL,
    sync_scopes TEXT NOT NULL,
    sso_sealed {blob} NOT NULL,
    webhook_sealed {blob} NOT NULL,
    old_sso_sealed {blob},
    old_until_ms {int} NOT NULL,
    created_at_ms {int} NOT NULL,
    updated_at_ms {int} NOT NULL
){strict};
CREATE UNIQUE INDEX panel_tenants_shop ON panel_tenants (panel, shop_id);

-- down
DROP TABLE panel_tenants;
