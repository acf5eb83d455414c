/* words.c: deposits in words: a contract's terms as its page, its check page and its paper say them; messages. */
#include "products/deposits/deposits.h"

#include "messaging/messaging.h"

struct text deposits_say(struct arena *arena, const struct locale *locale, string_id text) {
    return string_get(arena, locale, text, NULL, 0);
}

static struct text say_with(struct arena *arena, const struct locale *locale, string_id text,
                            const struct node *values) {
    struct string_argument arguments[6];
    size_t count = 0;
    for (const struct node *each = values->first; each != NULL && count < 6; each = each->next)
        arguments[count++] = (struct string_argument){each->name, each};
    return string_get(arena, locale, text, arguments, count);
}

struct text deposits_decimal_words(struct arena *arena, const struct locale *locale, struct text text) {
    char *written = arena_copy(arena, text.data, text.size + 1);
    for (size_t i = 0; i < text.size; i++)
        if (written[i] == '.' && locale->language == LANGUAGE_RU) written[i] = ',';
    return (struct text){written, text.size};
}

struct text deposits_rate_words(struct arena *arena, const struct locale *locale, int64_t rate) {
    return deposits_decimal_words(arena, locale, rate_text(arena, rate));
}

struct text deposits_date_words(struct arena *arena, const struct locale *locale, int64_t day) {
    struct buffer out = buffer_new(arena, 32);
    locale_date(&out, locale, date_from_days(day));
    return buffer_text(&out);
}

struct text deposits_money_words(struct arena *arena, const struct locale *locale, int64_t sum) {
    struct buffer out = buffer_new(arena, 32);
    locale_money(&out, locale, rub(sum));
    return buffer_text(&out);
}

struct text deposits_term_words(struct arena *arena, const struct locale *locale, enum term_unit unit, int64_t term) {
    struct node *values = doc_new(arena);
    doc_int(values, "count", term);
    if (unit == TERM_DEMAND) return deposits_say(arena, locale, S_deposits_term_demand);
    return say_with(arena, locale, unit == TERM_DAYS ? S_deposits_term_days : S_deposits_term_months, values);
}

/* ---- terms ---- */

static void add(struct arena *arena, const struct locale *locale, struct node *list, string_id label,
                struct text value) {
    struct node *node = doc_add_object(list);
    doc_text(node, "label", deposits_say(arena, locale, label));
    doc_text(node, "value", value);
}

static void add_line(struct buffer *out, struct text line) {
    if (out->size > 0) buffer_add_char(out, '\n');
    buffer_add_text(out, line);
}

static struct text rates_words(struct arena *arena, const struct locale *locale, const struct deposit_terms *terms) {
    struct buffer out = buffer_new(arena, 512);
    for (size_t i = 0; i < terms->rate_count; i++) {
        const struct rate_step *step = &terms->rates[i];
        struct node *values = doc_new(arena);
        doc_text(values, "rate", deposits_rate_words(arena, locale, step->rate));
        doc_money(values, "sum", rub(step->sum));
        doc_int(values, "month", step->month + 1);
        bool tier = terms->rates[terms->rate_count - 1].sum > terms->rates[0].sum;
        string_id text = step->month > 0 ? (tier ? S_deposits_rate_sum_month : S_deposits_rate_month)
                                         : (tier ? S_deposits_rate_sum : S_deposits_rate_plain);
        add_line(&out, say_with(arena, locale, text, values));
    }
    return buffer_text(&out);
}

static struct text early_words(struct arena *arena, const struct locale *locale, const struct deposit_terms *terms) {
    struct buffer out = buffer_new(arena, 512);
    if (terms->unit == TERM_DEMAND) return deposits_say(arena, locale, S_deposits_early_none);
    for (size_t i = 0; i < terms->early_count; i++) {
        const struct early_step *step = &terms->early[i];
        struct node *values = doc_new(arena);
        doc_text(values, "rate", deposits_rate_words(arena, locale, step->rate));
        doc_int(values, "days", step->days);
        add_line(&out, say_with(arena, locale, i == 0 ? S_deposits_early_first : S_deposits_early_step, values));
    }
    return buffer_text(&out);
}

static struct text topup_words(struct arena *arena, const struct locale *locale, const struct deposit_terms *terms) {
    struct node *values = doc_new(arena);
    doc_money(values, "sum", rub(terms->topup_least));
    doc_int(values, "days", terms->topup_days);
    if (terms->topup_days == 0) return deposits_say(arena, locale, S_deposits_topup_never);
    int64_t longest = terms->unit == TERM_MONTHS ? terms->term_most * 31 : terms->term_most;
    bool always = terms->unit == TERM_DEMAND ? terms->topup_days >= TERM_MOST_DAYS : terms->topup_days >= longest;
    return say_with(arena, locale, always ? S_deposits_topup_always : S_deposits_topup_days, values);
}

void deposit_terms_tell(struct arena *arena, const struct locale *locale, const struct product *product,
                        struct node *list) {
    static const string_id everies[] = {S_deposits_every_day, S_deposits_every_month, S_deposits_every_quarter,
                                        S_deposits_every_term};
    const struct deposit_terms *terms = &product->terms;
    struct node *values = doc_new(arena);
    doc_money(values, "least", rub(terms->sum_least));
    doc_money(values, "most", rub(terms->sum_most));
    doc_money(values, "left", rub(terms->left_least));
    add(arena, locale, list, S_deposits_label_rates, rates_words(arena, locale, terms));
    add(arena, locale, list, S_deposits_label_sums, say_with(arena, locale, S_deposits_sums, values));
    add(arena, locale, list, S_deposits_label_every, deposits_say(arena, locale, everies[terms->every]));
    add(arena, locale, list, S_deposits_label_where,
        deposits_say(arena, locale, terms->to_account ? S_deposits_where_account : S_deposits_where_deposit));
    add(arena, locale, list, S_deposits_label_topup, topup_words(arena, locale, terms));
    add(arena, locale, list, S_deposits_label_parts,
        terms->left_least == 0 ? deposits_say(arena, locale, S_deposits_parts_never)
                               : say_with(arena, locale, S_deposits_parts, values));
    add(arena, locale, list, S_deposits_label_early, early_words(arena, locale, terms));
    add(arena, locale, list, S_deposits_label_prolongs,
        deposits_say(arena, locale, terms->prolongs ? S_deposits_prolongs : S_deposits_prolongs_never));
    add(arena, locale, list, S_deposits_label_count, deposits_say(arena, locale, S_deposits_count));
}

/* ---- messages ---- */

void deposit_notify(struct engine *engine, struct tx *tx, const struct deposit *deposit,
                    const struct product *product, string_id text, int64_t sum, int64_t day) {
    struct customer customer;
    struct node *values = doc_new(tx_arena(tx));
    if (!identity_customer(engine, tx, deposit->customer, &customer)) return;
    doc_text(values, "title", deposit_product_title(product, customer.language));
    doc_money(values, "sum", rub(sum));
    doc_date(values, "at", date_from_days(day));
    const struct string_argument arguments[] = {
        {"title", doc_get(values, "title")}, {"sum", doc_get(values, "sum")}, {"at", doc_get(values, "at")}};
    message_tell_bulk(engine, tx, deposit->customer, TOPIC_OPERATIONS, text, arguments, 3);
}

void deposit_feed(struct engine *engine, struct tx *tx, const struct deposit *deposit, const struct product *product,
                  string_id text, int64_t sum) {
    struct customer customer;
    struct node *values = doc_new(tx_arena(tx));
    if (!identity_customer(engine, tx, deposit->customer, &customer)) return;
    const struct locale locale = {customer.language, engine_zone(engine), world_now(tx_world(tx))};
    doc_text(values, "title", deposit_product_title(product, customer.language));
    doc_money(values, "sum", rub(sum));
    feed_add(engine, tx,
             &(struct feed_item){.customer = deposit->customer,
                                 .kind = FEED_NEWS,
                                 .title = deposits_say(tx_arena(tx), &locale, S_deposits_kind_interest),
                                 .text = say_with(tx_arena(tx), &locale, text, values),
                                 .link = text_format(tx_arena(tx), "/deposits/%lld", (long long)deposit->id)});
}

void deposit_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation) {
    struct account account;
    struct deposit deposit;
    struct product product;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0 ||
        !deposit_find(tx, account.owner, entry->subject, &deposit) || !deposit_product_find(tx, deposit.product,
                                                                                            &product))
        return;
    struct node *values = doc_new(operation->arena);
    doc_text(values, "name", deposit_product_title(&product, locale->language));
    doc_text(operation, "counterparty", say_with(operation->arena, locale, S_deposits_named, values));
}
