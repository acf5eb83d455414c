/* delivery.c: brings a campaign to people, a piece at a time: a job looks at the next customers, and what it told them,
 * how far it has come and who was reached are one transaction. So a kill in the middle tells nobody twice, and the
 * campaign goes on where it was. Without a consent given before, nobody is told (MS-3). */
#include "campaigns/internal.h"

#include "ledger/ledger.h"

#define PIECE 50
#define ACCOUNTS_MAX 16

static bool has_product(struct engine *engine, struct tx *tx, struct text product, int64_t customer) {
    size_t count;
    const struct feature *const *features = engine_features(engine, &count);
    int64_t account;
    if (product.size == 0) return true;
    for (size_t i = 0; i < count; i++)
        if (text_is(product, features[i]->name) && features[i]->accounts != NULL)
            return features[i]->accounts(engine, tx, customer, &account, 1) > 0;
    return false;
}

static bool is_for(struct engine *engine, struct tx *tx, const struct campaign *campaign,
                   const struct customer *customer) {
    const struct campaigns_settings *settings = engine_settings(engine, &campaigns_feature);
    const struct campaign_audience audience = {.level_min = campaign->level_min,
                                               .now = world_now(engine_world(engine)),
                                               .regular_after_us = settings->regular_after,
                                               .regular_operations = settings->regular_operations,
                                               .regular_only = !campaign->others};
    struct campaign_person person = {.opened = customer->opened, .level = (int)customer->level};
    struct account accounts[ACCOUNTS_MAX];
    size_t count = ledger_accounts_of(engine_ledger(engine), tx, customer->id, accounts, ACCOUNTS_MAX);
    for (size_t i = 0; i < count; i++) person.operations += accounts[i].version;
    person.has_product = has_product(engine, tx, campaign->product, customer->id);
    return campaign_is_for(&audience, &person);
}

static bool tell(struct engine *engine, struct tx *tx, const struct campaign *campaign,
                 const struct customer *customer) {
    enum topic topic = campaign->kind == FEED_NEWS ? TOPIC_NEWS : TOPIC_OFFERS;
    if (!message_agreed(engine, tx, customer->id, topic)) return false;
    if (!campaign_first(tx, campaign->id, customer->id)) return false;
    const struct feed_item item = {.customer = customer->id,
                                   .kind = campaign->kind,
                                   .title = campaign->title[customer->language],
                                   .text = campaign->text[customer->language],
                                   .link = campaign->link.size > 0 ? campaign->link : TEXT_NONE};
    feed_add(engine, tx, &item);
    struct text words = text_format(tx_arena(tx), "%.*s. %.*s", TEXT_ARG(item.title), TEXT_ARG(item.text));
    message_advertise(engine, tx, customer->id, topic, campaign->channels, words);
    return true;
}

/* Regular customers have all been asked: now everybody, from the first; or that was everybody. */
static void turn(struct tx *tx, struct campaign *campaign) {
    bool over = campaign->others;
    campaign->others = true;
    campaign->cursor = 0;
    campaign_move(tx, campaign);
    if (over) campaign_set_state(tx, campaign->id, CAMPAIGN_RUNNING, CAMPAIGN_DONE);
}

bool campaign_deliver(struct engine *engine, struct tx *tx) {
    struct campaign campaign;
    int64_t ids[PIECE];
    if (!campaign_due(tx, world_now(engine_world(engine)), &campaign)) return false;
    size_t count = identity_customers_after(tx, campaign.cursor, ids, PIECE);
    for (size_t i = 0; i < count; i++) {
        struct customer customer;
        if (!identity_customer(engine, tx, ids[i], &customer) || customer.closed) continue;
        if (campaign.others) campaign.seen++;
        if (is_for(engine, tx, &campaign, &customer) && tell(engine, tx, &campaign, &customer)) campaign.reached++;
    }
    if (count > 0) campaign.cursor = ids[count - 1];
    if (count < PIECE) turn(tx, &campaign);
    else campaign_move(tx, &campaign);
    return true;
}
