/* maintenance.h: what the files about maintenance share. */
#pragma once

#include "support/internal.h"

/* What another node, or an earlier run, has switched. */
void maintenance_look(struct engine *engine, struct tx *tx);

/* At the start: until when an earlier run, or another node, has switched it; 0: not at all. */
moment maintenance_kept(struct engine *engine);

stage_function maintenance_page, maintenance_set, maintenance_check, maintenance_by_command;
