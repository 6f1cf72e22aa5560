-- up
-- One row (id 1): the operator's numbers as of counted_at_ms.
CREATE TABLE overview (
    id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
    accounts {int} NOT NULL, shops {int} NOT NULL, tenants_active {int} NOT NULL, tenants_provisioning {int} NOT NULL,
    granted {int} NOT NULL, spent {int} NOT NULL, outstanding {int} NOT NULL, held {int} NOT NULL,
    counted_at_ms {int} NOT NULL
){strict};

-- down
DROP TABLE overview;
