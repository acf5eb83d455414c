/* ledger_schema.c: the ledger's tables. README.md has the measurements behind their shape.
 *
 * account    the hot row: small integers only, so that many fit a page. The checks are a second line behind
 *            ledger_rules.c.
 * entry      only ever appended, in the order of ids; no index besides its key. `counted` is the day on which the
 *            limits of this side counted it, so that a reversal gives back what was taken and no more.
 * waypoint   every 256th entry of an account: where to begin walking back from a moment. Found by account, and in the
 *            order of time by who digests histories.
 * hold       open holds alone: their end is told by the transfers they caused.
 * reversal   transfers taken back, in whole or in part; kept with the account that had paid.
 * limit_override limits of an account's own for a time, where its flag says so (ledger_override.c); -1: as its set.
 * account_unheaded  accounts of earlier versions, to be put under the heads at the next start (ledger_heads.c)
 * watermark  one row while one process alone writes: entries up to it are in their rows (ledger_sweep.h). */
#include "ledger/ledger.h"

const struct migration ledger_migrations[] = {
    {"ledger", 1,
     "CREATE TABLE account ( -- distributed by id\n"
     "    id ROWKEY,\n"
     "    owner BIGINT NOT NULL,\n"
     "    purpose BIGINT NOT NULL,\n"
     "    class BIGINT NOT NULL,\n"
     "    currency BIGINT NOT NULL,\n"
     "    balance BIGINT NOT NULL,\n"
     "    held BIGINT NOT NULL,\n"
     "    overdraft BIGINT NOT NULL,\n"
     "    version BIGINT NOT NULL,\n"
     "    last_entry BIGINT NOT NULL,\n"
     "    limits BIGINT NOT NULL,\n"
     "    flags BIGINT NOT NULL,\n"
     "    day BIGINT NOT NULL,\n"
     "    day_out BIGINT NOT NULL,\n"
     "    month_out BIGINT NOT NULL,\n"
     "    month_in BIGINT NOT NULL,\n"
     "    CHECK (held >= 0),\n"
     "    CHECK (balance - held >= -overdraft),\n"
     "    ROWKEY(id)\n"
     ");\n"
     "CREATE INDEX account_owner ON account (owner) WHERE owner > 0;\n"
     "CREATE TABLE entry ( -- distributed by account\n"
     "    id ROWKEY,\n"
     "    account BIGINT NOT NULL,\n"
     "    other BIGINT NOT NULL,\n"
     "    amount BIGINT NOT NULL,\n"
     "    balance BIGINT NOT NULL,\n"
     "    version BIGINT NOT NULL,\n"
     "    previous BIGINT NOT NULL,\n"
     "    subject BIGINT NOT NULL,\n"
     "    cause BIGINT NOT NULL,\n"
     "    kind BIGINT NOT NULL,\n"
     "    counted BIGINT NOT NULL,\n"
     "    note TEXT,\n"
     "    ROWKEY(id, account)\n"
     ");\n"
     "CREATE TABLE waypoint ( -- distributed by account\n"
     "    account BIGINT NOT NULL,\n"
     "    entry BIGINT NOT NULL,\n"
     "    PRIMARY KEY (account, entry)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE hold ( -- distributed by account\n"
     "    id ROWKEY,\n"
     "    account BIGINT NOT NULL,\n"
     "    other BIGINT NOT NULL,\n"
     "    held BIGINT NOT NULL,\n"
     "    counted BIGINT NOT NULL,\n"
     "    expires BIGINT NOT NULL,\n"
     "    kind BIGINT NOT NULL,\n"
     "    subject BIGINT NOT NULL,\n"
     "    cause BIGINT NOT NULL,\n"
     "    flags BIGINT NOT NULL,\n"
     "    note TEXT,\n"
     "    ROWKEY(id, account)\n"
     ");\n"
     "CREATE INDEX hold_expires ON hold (expires);\n"
     "CREATE TABLE reversal ( -- distributed by account\n"
     "    account BIGINT NOT NULL,\n"
     "    transfer BIGINT NOT NULL,\n"
     "    reversed BIGINT NOT NULL,\n"
     "    PRIMARY KEY (account, transfer)\n"
     ") CLUSTERED;\n"},
    {"ledger", 2,
     "CREATE TABLE watermark ( -- reference\n"
     "    id ROWKEY,\n"
     "    entry BIGINT NOT NULL,\n"
     "    ROWKEY(id)\n"
     ");\n"},
    {"ledger", 3,
     "CREATE TABLE limit_override ( -- distributed by account\n"
     "    account BIGINT NOT NULL PRIMARY KEY,\n"
     "    until BIGINT NOT NULL,\n"
     "    balance_max BIGINT NOT NULL,\n"
     "    operation_max BIGINT NOT NULL,\n"
     "    day_out_max BIGINT NOT NULL,\n"
     "    month_out_max BIGINT NOT NULL,\n"
     "    month_in_max BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX limit_override_until ON limit_override (until);\n"},
    {"ledger", 4, "ALTER TABLE account ADD COLUMN aside BIGINT NOT NULL DEFAULT 0;\n"},
    {"ledger", 5, "CREATE INDEX waypoint_entry ON waypoint (entry);\n"},
    /* What lay aside is counted anew when those accounts get their heads. 1, 40 and 70 were then the numbers of
     * wallets, prepaid cards and money boxes. */
    {"ledger", 6,
     "ALTER TABLE account ADD COLUMN head BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE TABLE account_unheaded ( -- distributed by account\n"
     "    account BIGINT NOT NULL PRIMARY KEY,\n"
     "    head BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "INSERT INTO account_unheaded (account, head) SELECT a.id, h.head FROM account a JOIN ("
     "SELECT owner, MIN(id) AS head FROM account WHERE owner > 0 AND purpose = 1 GROUP BY owner) h "
     "ON h.owner = a.owner WHERE a.owner > 0 AND a.id <> h.head AND a.class = 1 AND a.purpose IN (1, 40, 70);\n"
     "UPDATE account SET aside = 0 WHERE aside <> 0;\n"},
    {NULL, 0, NULL},
};
