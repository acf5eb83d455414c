/* schema.c: the tables of agents. A payment's row is what makes it one: its key is the agent's own number of it. */
#include "agents/internal.h"

const struct migration agents_migrations[] = {
    {"agents", 1,
     "CREATE TABLE agent ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY, login TEXT NOT NULL UNIQUE, title TEXT NOT NULL, password BYTES NOT NULL,\n"
     "  addresses TEXT NOT NULL, least BIGINT NOT NULL, most BIGINT NOT NULL, account BIGINT NOT NULL UNIQUE,\n"
     "  open BIGINT NOT NULL, made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE agent_payment ( -- distributed by agent\n"
     "  agent BIGINT NOT NULL, txn TEXT NOT NULL, id BIGINT NOT NULL, customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL, sum BIGINT NOT NULL, date TEXT NOT NULL, phone BYTES NOT NULL,\n"
     "  PRIMARY KEY (agent, txn)\n"
     ") CLUSTERED;\n"
     "CREATE UNIQUE INDEX agent_payment_id ON agent_payment (agent, id);\n"
     "CREATE INDEX agent_payment_customer ON agent_payment (customer, id)"},
    {.sql = NULL},
};

const struct sealed agents_sealed[] = {
    {SEALED_2("agent_payment", "phone", "agents.phone", "agent, txn", "it", "id")},
    {.where = NULL},
};

STATEMENT(blank, "UPDATE agent_payment SET phone = '' WHERE customer = $1 AND phone <> ''");

const struct erase agents_erases[] = {{"agent_payment", &blank}, {.what = NULL}};
