/* staff.c: campaigns as those see them who keep the catalogue: written, begun, stopped; how far each has come. */
#include "campaigns/internal.h"

static const struct refusal not_now = {"campaign-not-in-that-state", 409, S_campaigns_not_now, false};

static const char *const states[] = {"draft", "running", "stopped", "done"};
static const char *const kinds[] = {"news", "offer", "sale"};

static void tell(struct request *request, struct tx *tx, const struct campaign *campaign, struct node *node) {
    static const string_id kind_titles[] = {S_campaigns_kind_news, S_campaigns_kind_offer, S_campaigns_kind_sale};
    static const string_id state_titles[] = {S_campaigns_state_draft, S_campaigns_state_running,
                                             S_campaigns_state_stopped, S_campaigns_state_done};
    enum campaign_state state = campaign->state;
    doc_id(node, "id", campaign->id);
    doc_text(node, "state", text_from(states[state]));
    doc_text(node, "state_title", string_get(request->arena, &request->locale, state_titles[state], NULL, 0));
    doc_bool(node, "may_start", state == CAMPAIGN_DRAFT || state == CAMPAIGN_STOPPED);
    doc_bool(node, "may_stop", state == CAMPAIGN_RUNNING);
    doc_bool(node, "good", state == CAMPAIGN_RUNNING || state == CAMPAIGN_DONE);
    doc_text(node, "kind", text_from(kinds[campaign->kind]));
    doc_text(node, "kind_title", string_get(request->arena, &request->locale, kind_titles[campaign->kind], NULL, 0));
    doc_text(node, "title_ru", campaign->title[LANGUAGE_RU]);
    doc_text(node, "text_ru", campaign->text[LANGUAGE_RU]);
    doc_text(node, "title_en", campaign->title[LANGUAGE_EN]);
    doc_text(node, "text_en", campaign->text[LANGUAGE_EN]);
    doc_text(node, "link", campaign->link.size > 0 ? campaign->link : TEXT_NONE);
    doc_int(node, "level_min", campaign->level_min);
    doc_text(node, "product", campaign->product.size > 0 ? campaign->product : TEXT_NONE);
    doc_moment(node, "starts", campaign->starts);
    doc_moment(node, "all_from", campaign->all_from);
    doc_bool(node, "regular_first", campaign->all_from > campaign->starts);
    doc_int(node, "seen", campaign->seen);
    doc_int(node, "reached", campaign->reached);
    doc_text(node, "made_by", staff_login(tx, request->arena, campaign->made_by));
}

/* Products that customers can have: features with accounts of theirs. */
static void tell_products(struct request *request, struct node *list) {
    size_t count;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++) {
        if (features[i]->accounts == NULL) continue;
        struct node *option = doc_add_object(list);
        doc_text(option, "value", text_from(features[i]->name));
        doc_text(option, "title", text_from(features[i]->name));
        bool chosen = text_is(field_text(request, "product"), features[i]->name);
        doc_bool(option, "selected", chosen);
    }
}

static void tell_choices(struct request *request, struct node *list, const char *field, const char *const *values,
                         const string_id *titles, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct node *option = doc_add_object(list);
        doc_text(option, "value", text_from(values[i]));
        doc_text(option, "title", string_get(request->arena, &request->locale, titles[i], NULL, 0));
        bool chosen = field_given(request, field) && field_number(request, field) == (int64_t)i;
        doc_bool(option, "selected", chosen);
    }
}

enum flow campaigns_page(struct request *request, struct tx *tx) {
    static const string_id kind_titles[] = {S_campaigns_kind_news, S_campaigns_kind_offer, S_campaigns_kind_sale};
    static const char *const levels[] = {"minimal", "simplified", "full"};
    static const string_id level_titles[] = {S_campaigns_level_minimal, S_campaigns_level_simplified,
                                             S_campaigns_level_full};
    struct node *document = doc_new(request->arena);
    struct campaign *list = arena_array(request->arena, struct campaign, 50);
    size_t count = campaign_list(tx, list, 50);
    struct node *nodes = doc_array(document, "campaigns");
    for (size_t i = 0; i < count; i++) tell(request, tx, &list[i], doc_add_object(nodes));
    tell_choices(request, doc_array(document, "kinds"), "kind", kinds, kind_titles, 3);
    tell_choices(request, doc_array(document, "levels"), "level", levels, level_titles, 3);
    tell_products(request, doc_array(document, "products"));
    return answer_ok(request, document);
}

/* A path of ours: "/transfer", not "//elsewhere". */
static bool link_good(struct text link) {
    if (link.size == 0) return true;
    if (link.data[0] != '/' || text_starts(link, "//") || text_find(link, '\\') >= 0) return false;
    for (size_t i = 0; i < link.size; i++)
        if (link.data[i] <= ' ' || (unsigned char)link.data[i] >= 0x7F) return false;
    return true;
}

static bool product_good(const struct request *request, struct text product) {
    size_t count;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->accounts != NULL && text_is(product, features[i]->name)) return true;
    return product.size == 0;
}

enum flow campaign_make(struct request *request, struct tx *tx) {
    moment now = world_now(request->world);
    int64_t days = field_number(request, "regular_days");
    struct text product = field_text(request, "product");
    struct campaign campaign = {
        .kind = (enum feed_kind)field_number(request, "kind"),
        .level_min = 1 + (int)field_number(request, "level"),
        .product = product.data != NULL ? product : TEXT(""),
        .starts = now,
        .all_from = now + days * DAY,
        .made_by = request->caller.staff,
        .link = field_text(request, "link"),
    };
    static const char *const fields[CHANNEL_COUNT] = {"sms", "mail", "push"};
    for (unsigned channel = 0; channel < CHANNEL_COUNT; channel++)
        if (field_number(request, fields[channel]) != 0) campaign.channels |= 1U << channel;
    campaign.title[LANGUAGE_RU] = field_text(request, "title_ru");
    campaign.text[LANGUAGE_RU] = field_text(request, "text_ru");
    campaign.title[LANGUAGE_EN] = field_text(request, "title_en");
    campaign.text[LANGUAGE_EN] = field_text(request, "text_en");
    if (!link_good(campaign.link)) return refuse_field(request, "link", S_campaigns_link_bad);
    if (!product_good(request, campaign.product)) return refuse_field(request, "product", S_campaigns_product_bad);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", campaign_add(tx, &campaign));
    return answer_created(request, document, TEXT("/staff/campaigns"));
}

static enum flow to(struct request *request, struct tx *tx, enum campaign_state wanted, const char *what) {
    struct campaign campaign;
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !campaign_read(tx, id, &campaign)) return answer_missing(request);
    bool from_here = wanted == CAMPAIGN_RUNNING ? campaign.state == CAMPAIGN_DRAFT || campaign.state == CAMPAIGN_STOPPED
                                                : campaign.state == CAMPAIGN_RUNNING;
    if (!from_here || !campaign_set_state(tx, id, campaign.state, wanted)) return refuse(request, &not_now);
    audit_record(request, 0, what, campaign.title[LANGUAGE_RU]);
    return answer_done(request, doc_new(request->arena), TEXT("/staff/campaigns"));
}

enum flow campaign_start(struct request *request, struct tx *tx) {
    return to(request, tx, CAMPAIGN_RUNNING, "campaigns.started");
}

enum flow campaign_stop(struct request *request, struct tx *tx) {
    return to(request, tx, CAMPAIGN_STOPPED, "campaigns.stopped");
}
