/* internal.h: what the files of campaigns share. */
#pragma once

#include "backoffice/backoffice.h"
#include "campaigns/campaign_rules.h"
#include "generated/strings_campaigns.h"
#include "generated/templates.h"
#include "identity/identity.h"
#include "messaging/messaging.h"

extern const struct feature campaigns_feature;

struct campaigns_settings {
    int64_t regular_after, regular_operations;
};

enum campaign_state { CAMPAIGN_DRAFT, CAMPAIGN_RUNNING, CAMPAIGN_STOPPED, CAMPAIGN_DONE };

/* Channels besides the feed, as bits of 1 << enum channel. */
struct campaign {
    int64_t id, made_by;
    enum campaign_state state;
    enum feed_kind kind;
    unsigned channels;
    int level_min;
    struct text product;                /* a feature's name; "": whichever */
    moment starts, all_from;            /* all_from: when those who are not regular customers have their turn */
    int64_t cursor, seen, reached;      /* cursor: the last customer looked at */
    bool others;                        /* the turn of all: regular customers have had theirs */
    struct text title[2], text[2], link; /* by language; in the tx's arena */
};

extern const struct migration campaigns_migrations[];

/* ---- campaign.c ---- */

int64_t campaign_add(struct tx *tx, const struct campaign *campaign);
bool campaign_read(struct tx *tx, int64_t id, struct campaign *campaign);
/* The next that has something to do at `now`; false: none. */
bool campaign_due(struct tx *tx, moment now, struct campaign *campaign);
/* False when it is not in that state any more. */
bool campaign_set_state(struct tx *tx, int64_t id, enum campaign_state from, enum campaign_state to);
/* How far it has come. */
void campaign_move(struct tx *tx, const struct campaign *campaign);
/* True the first time for this customer. */
bool campaign_first(struct tx *tx, int64_t campaign, int64_t customer);
size_t campaign_list(struct tx *tx, struct campaign *list, size_t room);

/* ---- delivery.c: a job ---- */

bool campaign_deliver(struct engine *engine, struct tx *tx);

/* ---- staff.c ---- */

stage_function campaigns_page, campaign_make, campaign_start, campaign_stop;

extern const struct erase campaigns_erases[]; /* own_data.c */
