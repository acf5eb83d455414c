/* agents_rules.h: from which addresses an agent may call, and what its request for a wallet deserves. Pure: no store,
 * no HTTP, no clock. */
#pragma once

#include "adapters/osmp/osmp.h"
#include "base/text.h"

/* ---- networks ---- */

#define AGENT_NETWORKS 32

/* Addresses and networks ("203.0.113.7", "198.51.100.0/24", "2001:db8::/32") between blanks, commas or line ends. */
bool agent_networks_good(struct text list);
/* False for what is no address; an IPv4 address may be written as IPv6 writes it (::ffff:203.0.113.7). */
bool agent_networks_have(struct text list, struct text address);

/* ---- logins ---- */

/* "Basic <base64 of login:password>" (RFC 7617), in the arena; the login in lower case. */
bool agent_basic_read(struct arena *arena, struct text authorization, struct text *login, struct text *password);
/* 3 to 32 of a–z, 0–9, dot, hyphen, underline. */
bool agent_login_good(struct text login);

/* ---- a request ---- */

struct agent_look {
    bool number;         /* the account is a telephone number */
    bool found, closed;  /* a customer with a wallet; one that takes nothing any more */
    bool taken;          /* the agent is on, and cash may go to a wallet of that level */
    int64_t least, most; /* the agent's bounds of one payment */
    int64_t room;        /* what the wallet may yet take; -1: no limit */
    int64_t sum;         /* -1: not said yet */
};

/* The first reason wins: number, customer, wallet, agent and level, then the sum. All sums in kopecks. */
enum osmp_result agent_verdict(const struct agent_look *look);
/* The largest sum that would be taken; 0: none. */
int64_t agent_most(const struct agent_look *look);
