/* diary.c: the diary of contacts with one debtor (LO-6, IN-4), of all products together: what was, what may be done now
 * and when next. A contact is counted when it begins, before anybody dials: so the law's hours and numbers are kept,
 * whatever becomes of it. There is no place for anybody but the debtor and his representative: third parties are told
 * nothing. */
#include "debtors/internal.h"

#include "identity/identity.h"
#include "messaging/messaging.h"

#define SHOWN 50
#define PROMISE_MOST 60 /* days ahead */

const char *const contact_ways[] = {"call", "message", "meeting", "letter", NULL}; /* from CONTACT_CALL on */
static const string_id way_titles[] = {S_debtors_call, S_debtors_message, S_debtors_meeting,
                                       S_debtors_letter};
/* What staff may say; the database's numbers: */
const char *const contact_outcomes[] = {"promised", "refuses", "disputes", "later", "not_reached", "stranger", "sent",
                                        NULL};
static const enum contact_outcome outcome_of[] = {CONTACT_PROMISED, CONTACT_REFUSES,     CONTACT_DISPUTES,
                                                  CONTACT_LATER,    CONTACT_NOT_REACHED, CONTACT_STRANGER,
                                                  CONTACT_SENT};
static const string_id outcome_titles[] = {S_debtors_promised,    S_debtors_refuses,
                                           S_debtors_disputes,    S_debtors_later,
                                           S_debtors_not_reached, S_debtors_stranger,
                                           S_debtors_sent};
static const char *const outcome_names[CONTACT_OUTCOMES] = {
    "begun", "promised", "kept", "broken", "refuses", "disputes", "later", "not_reached", "stranger", "sent"};
static const string_id outcome_words[CONTACT_OUTCOMES] = {
    S_debtors_begun,  S_debtors_promised,    S_debtors_kept,     S_debtors_broken,
    S_debtors_refuses, S_debtors_disputes,   S_debtors_later,    S_debtors_not_reached,
    S_debtors_stranger, S_debtors_sent};
static const string_id zone_titles[] = {
    S_debtors_zone_kaliningrad, S_debtors_zone_moscow,  S_debtors_zone_samara,      S_debtors_zone_yekaterinburg,
    S_debtors_zone_omsk,        S_debtors_zone_krasnoyarsk, S_debtors_zone_irkutsk, S_debtors_zone_yakutsk,
    S_debtors_zone_vladivostok, S_debtors_zone_magadan, S_debtors_zone_kamchatka};
const char *const debtor_zones[] = {"Europe/Kaliningrad", "Europe/Moscow",    "Europe/Samara",    "Asia/Yekaterinburg",
                                    "Asia/Omsk",          "Asia/Krasnoyarsk", "Asia/Irkutsk",     "Asia/Yakutsk",
                                    "Asia/Vladivostok",   "Asia/Magadan",     "Asia/Kamchatka",   NULL};
static const string_id bar_words[CONTACT_BARS] = {
    [CONTACT_FREE] = S_debtors_may,           [CONTACT_NOT_OVERDUE] = S_debtors_not_overdue,
    [CONTACT_REFUSED] = S_debtors_refused,    [CONTACT_REPRESENTED] = S_debtors_represented,
    [CONTACT_HOURS] = S_debtors_hours,        [CONTACT_DAY] = S_debtors_day,
    [CONTACT_WEEK] = S_debtors_week,          [CONTACT_MONTH] = S_debtors_month};
static const char *const bar_names[CONTACT_BARS] = {"free", "not-overdue", "refused", "represented",
                                                    "hours", "day", "week", "month"};

static const struct refusal barred[CONTACT_BARS] = {
    [CONTACT_NOT_OVERDUE] = {"contact-not-overdue", 409, S_debtors_not_overdue, false},
    [CONTACT_REFUSED] = {"contact-refused", 409, S_debtors_refused, false},
    [CONTACT_REPRESENTED] = {"contact-represented", 409, S_debtors_represented, false},
    [CONTACT_HOURS] = {"contact-hours", 409, S_debtors_hours, false},
    [CONTACT_DAY] = {"contact-day", 409, S_debtors_day, false},
    [CONTACT_WEEK] = {"contact-week", 409, S_debtors_week, false},
    [CONTACT_MONTH] = {"contact-month", 409, S_debtors_month, false}};
static const struct refusal ended_already = {"not-in-this-state", 409, S_debtors_ended, false};

static struct text say(struct arena *arena, const struct locale *locale, string_id id) {
    return string_get(arena, locale, id, NULL, 0);
}

/* ---- the page ---- */

static void tell_ways(struct request *request, const struct contact_case *debtor, struct node *list) {
    moment now = world_now(request->world);
    for (int way = CONTACT_CALL; way < CONTACT_WAYS; way++) {
        struct node *node = doc_add_object(list);
        enum contact_bar bar = contact_may(debtor, (enum contact_way)way, debtor->represented, now);
        moment next = contact_next(debtor, (enum contact_way)way, debtor->represented, now);
        doc_text(node, "way", text_from(contact_ways[way - 1]));
        doc_text(node, "title", say(request->arena, &request->locale, way_titles[way - 1]));
        doc_bool(node, "may", bar == CONTACT_FREE);
        doc_text(node, "bar", text_from(bar_names[bar]));
        doc_text(node, "why", say(request->arena, &request->locale, bar_words[bar]));
        if (next != 0) doc_moment(node, "next", next);
        else doc_null(node, "next");
    }
}

static struct text product_words(struct request *request, struct text product) {
    const struct owed *all[FEATURES_MAX];
    size_t count = engine_owed(request->engine, all);
    for (size_t i = 0; i < count; i++)
        if (text_is(product, all[i]->product)) return say(request->arena, &request->locale, all[i]->title);
    return TEXT_NONE;
}

static void tell_contact(struct request *request, struct tx *tx, const struct contact *contact, bool opened,
                         struct node *node) {
    struct arena *arena = request->arena;
    doc_id(node, "id", contact->id);
    doc_text(node, "way", text_from(contact_ways[contact->way - 1]));
    doc_text(node, "title", say(arena, &request->locale, way_titles[contact->way - 1]));
    doc_text(node, "about", product_words(request, contact->product));
    doc_moment(node, "at", contact->at);
    doc_text(node, "by", contact->staff != 0 ? staff_login(tx, arena, contact->staff) : TEXT_NONE);
    doc_text(node, "outcome", text_from(outcome_names[contact->outcome]));
    doc_text(node, "outcome_words", say(arena, &request->locale, outcome_words[contact->outcome]));
    doc_bool(node, "open", contact->outcome == CONTACT_BEGUN);
    if (contact->promised != 0) doc_date(node, "promised", date_from_days(contact->promised));
    else doc_null(node, "promised");
    doc_text(node, "note", opened ? contact->note : mask_text(arena, contact->note));
}

static void tell_wish(struct request *request, struct tx *tx, int64_t customer, bool opened, struct node *document) {
    struct debtor_wish wish;
    debtor_wish_of(request->engine, tx, customer, &wish);
    struct node *zones = doc_array(document, "zones"), *node = doc_object(document, "wish");
    if (wish.refused != 0) doc_date(node, "refused", date_from_days(wish.refused));
    else doc_null(node, "refused");
    doc_text(document, "refused_day",
             wish.refused != 0 ? date_format(request->arena, date_from_days(wish.refused)) : TEXT_NONE);
    doc_text(node, "representative", opened ? wish.representative : mask_text(request->arena, wish.representative));
    struct node *house = doc_add_object(zones);
    doc_text(house, "value", TEXT(""));
    doc_text(house, "title", say(request->arena, &request->locale, S_debtors_zone_house));
    doc_bool(house, "selected", wish.zone.size == 0);
    for (int i = 0; debtor_zones[i] != NULL; i++) {
        struct node *each = doc_add_object(zones);
        doc_text(each, "value", text_from(debtor_zones[i]));
        doc_text(each, "title", say(request->arena, &request->locale, zone_titles[i]));
        doc_bool(each, "selected", wish.zone.size > 0 && text_is(wish.zone, debtor_zones[i]));
    }
    doc_text(node, "zone", wish.zone.size > 0 ? wish.zone : TEXT_NONE);
}

static void tell_outcomes(struct request *request, struct node *list) {
    bool given = field_given(request, "outcome") && request_field(request, "outcome")->fault == FAULT_NONE;
    for (int i = 0; contact_outcomes[i] != NULL; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(contact_outcomes[i]));
        doc_text(node, "title", say(request->arena, &request->locale, outcome_titles[i]));
        doc_bool(node, "selected", given && field_number(request, "outcome") == i);
    }
}

static void tell_debts(struct request *request, struct tx *tx, int64_t customer, struct node *list) {
    const struct owed *all[FEATURES_MAX];
    size_t count = engine_owed(request->engine, all);
    for (size_t i = 0; i < count; i++) all[i]->tell(request, tx, customer, list);
}

/* GET /staff/customers/{id}/contacts */
enum flow diary_read(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list;
    struct contact *contacts = arena_array(request->arena, struct contact, SHOWN);
    bool opened = staff_sees(request, tx, customer.id).opened;
    const struct contact_case debtor = debtor_case(request->engine, tx, customer.id);
    moment now = world_now(request->world);
    struct locale his = request->locale;
    struct buffer time = buffer_new(request->arena, 16);
    his.zone = debtor.zone;
    locale_time(&time, &his, now);
    doc_id(document, "customer", customer.id);
    doc_bool(document, "opened", opened);
    doc_text(document, "his_time", buffer_text(&time));
    doc_int(document, "days_overdue",
            debtor.overdue_since != 0 ? debtors_today(request->engine) - debtor.overdue_since : 0);
    tell_ways(request, &debtor, doc_array(document, "ways"));
    tell_wish(request, tx, customer.id, opened, document);
    tell_outcomes(request, doc_array(document, "outcomes"));
    tell_debts(request, tx, customer.id, doc_array(document, "debts"));
    list = doc_array(document, "contacts");
    size_t count = contacts_of(request->engine, tx, customer.id, contacts, SHOWN);
    for (size_t i = 0; i < count; i++) tell_contact(request, tx, &contacts[i], opened, doc_add_object(list));
    return answer_ok(request, document);
}

/* ---- acts ---- */

static enum flow done(struct request *request, int64_t customer, int64_t contact) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "contact", contact);
    return answer_done(request, document,
                       text_format(request->arena, "/staff/customers/%lld/contacts", (long long)customer));
}

/* POST /staff/customers/{id}/contacts: one begins; a message is sent by us, in words that we chose. */
enum flow diary_begin(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    enum contact_way way = (enum contact_way)(field_number(request, "way") + CONTACT_CALL);
    debtor_lock(request->engine, tx, customer.id);
    const struct contact_case debtor = debtor_case(request->engine, tx, customer.id);
    enum contact_bar bar = contact_may(&debtor, way, debtor.represented, world_now(request->world));
    if (bar != CONTACT_FREE) return refuse(request, &barred[bar]);
    bool sent = way == CONTACT_MESSAGE && !debtor.represented;
    struct contact contact = {.customer = customer.id,
                              .product = TEXT(""),
                              .way = way,
                              .staff = request->caller.staff,
                              .outcome = sent ? CONTACT_SENT : CONTACT_BEGUN,
                              .note = TEXT_NONE};
    contact_put(request->engine, tx, &contact);
    if (sent) message_tell(request->engine, tx, customer.id, TOPIC_SERVICE, S_debtors_told, NULL, 0);
    audit_record(request, customer.id, "debtors.contact", text_from(contact_ways[way - CONTACT_CALL]));
    return done(request, customer.id, contact.id);
}

/* POST /staff/customers/{id}/contacts/{contact}: what came of it. */
enum flow diary_end(struct request *request, struct tx *tx) {
    struct customer customer;
    struct contact contact;
    int64_t id, today = debtors_today(request->engine), promised = field_number(request, "promised");
    request->fields_valid = true; /* a command may be run again */
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    if (!request_param_id(request, 1, &id) || !contact_find(request->engine, tx, customer.id, id, &contact))
        return answer_missing(request);
    if (contact.outcome != CONTACT_BEGUN) return refuse(request, &ended_already);
    contact.outcome = outcome_of[field_number(request, "outcome")];
    bool promises = contact.outcome == CONTACT_PROMISED;
    if (promises && (!field_given(request, "promised") || promised < today || promised > today + PROMISE_MOST))
        return refuse_field(request, "promised", S_debtors_promised_day);
    contact.promised = contact.waits = promises ? promised : 0;
    contact.note = field_text(request, "note");
    contact_update(request->engine, tx, &contact);
    audit_record(request, customer.id, "debtors.contact.ended", text_from(outcome_names[contact.outcome]));
    return done(request, customer.id, contact.id);
}

/* POST /staff/customers/{id}/contact-wishes: what he has asked for in writing, and where he lives. */
enum flow diary_wish(struct request *request, struct tx *tx) {
    struct customer customer;
    request->fields_valid = true; /* a command may be run again */
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    int64_t refused = field_number(request, "refused");
    const struct contact_case debtor = debtor_case(request->engine, tx, customer.id);
    if (refused > debtors_today(request->engine)) return refuse_field(request, "refused", S_debtors_refusal_future);
    if (refused != 0 && !contact_refusal_counts(&debtor, refused))
        return refuse_field(request, "refused", S_debtors_refusal_early);
    struct debtor_wish before;
    bool opened = staff_sees(request, tx, customer.id).opened, named = field_given(request, "representative");
    debtor_wish_of(request->engine, tx, customer.id, &before);
    /* whoever does not see who it is does not take him away by leaving the field empty */
    const struct debtor_wish wish = {.refused = refused,
                                     .representative = named || opened ? field_text(request, "representative")
                                                                       : before.representative,
                                     .zone = field_given(request, "zone")
                                                 ? text_from(debtor_zones[field_number(request, "zone")])
                                                 : TEXT(""),
                                     .staff = request->caller.staff};
    debtor_wish_put(request->engine, tx, customer.id, &wish);
    audit_record(request, customer.id, "debtors.contact.wishes",
                 refused != 0 ? date_format(request->arena, date_from_days(refused)) : TEXT_NONE);
    return done(request, customer.id, 0);
}

/* ---- on the customer's card ---- */

static void fill_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                      struct node *section) {
    struct contact last;
    (void)opened;
    if (debtor_since(engine, tx, customer) == 0 && contacts_of(engine, tx, customer, &last, 1) == 0) return;
    card_fact(section, locale, S_debtors_title, say(section->arena, locale, S_debtors_open),
              text_format(section->arena, "/staff/customers/%lld/contacts", (long long)customer).data);
}

const struct card_section debtors_card[] = {{S_debtors_card_title, WHO_SPEAKS, fill_card}, {.fill = NULL}};
