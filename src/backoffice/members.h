/* members.h: who works here, as the command line adds them too. */
#pragma once

#include "backoffice/backoffice.h"

/* In a command; 0: the login is taken. password: encoded, a first one. */
int64_t staff_add(struct tx *tx, struct text login, struct text password, unsigned roles);
/* In a command: a new first password, the app forgotten, sessions ended. False: nobody has that login. */
bool staff_reset(struct tx *tx, struct text login, struct text password);
bool staff_login_good(struct text login);
/* "support,admin" to a set; 0 when a name is unknown. */
unsigned roles_parse(struct text names);
struct text staff_first_password(struct world *world, struct arena *arena);
