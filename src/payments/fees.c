/* fees.c: what a payment costs: as its provider says, and of a transfer to a card as the bank that has the card (BK-2);
 * paid by another bank's card it costs so much more. */
#include "payments/internal.h"

const struct card_bank *payment_bank(const struct provider *provider, const struct payment *payment) {
    const struct card_bank *bank = card_bank_of(provider->banks, provider->bank_count, payment->values.number);
    return bank != NULL ? bank : card_bank_titled(provider->banks, provider->bank_count, payment->info.more);
}

int64_t payment_fee(const struct provider *provider, const struct payment *payment) {
    if (payment->customer == 0) return 0; /* the house pays itself */
    const struct card_bank *bank = payment_bank(provider, payment);
    const struct fee by_card = {.percent_bp = provider->by_card_bp};
    int64_t fee = fee_on(bank != NULL ? &bank->fee : &provider->fee, payment->sum);
    int64_t more = payment->card_order != 0 ? fee_on(&by_card, payment->sum) : 0;
    return fee > MONEY_MAX - more ? MONEY_MAX : fee + more;
}

/* ---- in words ---- */

/* «0,5», "1.25" */
static struct text percent_words(struct request *request, int64_t hundredths) {
    int64_t rest = hundredths % 100;
    const char *point = request->locale.language == LANGUAGE_RU ? "," : ".";
    long long whole = hundredths / 100;
    if (rest == 0) return text_format(request->arena, "%lld", whole);
    if (rest % 10 == 0) return text_format(request->arena, "%lld%s%lld", whole, point, (long long)(rest / 10));
    return text_format(request->arena, "%lld%s%02lld", whole, point, (long long)rest);
}

/* Its numbers into the node. */
static struct text fee_words(struct request *request, const struct fee *fee, struct node *node) {
    doc_text(node, "percent", percent_words(request, fee->percent_bp));
    doc_money(node, "fixed", rub(fee->fixed));
    doc_money(node, "least", rub(fee->least));
    doc_money(node, "most", rub(fee->most));
    const struct string_argument arguments[] = {{"percent", doc_get(node, "percent")},
                                                {"fixed", doc_get(node, "fixed")},
                                                {"least", doc_get(node, "least")},
                                                {"most", doc_get(node, "most")}};
    string_id text = fee->percent_bp == 0 && fee->least == 0 && fee->fixed == 0 ? S_payments_fee_none
                     : fee->percent_bp == 0                                    ? S_payments_fee_fixed
                     : fee->fixed > 0 && fee->least > 0                        ? S_payments_fee_all
                     : fee->fixed > 0                                          ? S_payments_fee_both
                     : fee->least > 0                                          ? S_payments_fee_least
                                                                               : S_payments_fee_percent;
    return string_get(request->arena, &request->locale, text, arguments, 4);
}

static void tell_by_card(struct request *request, const struct provider *provider, struct node *document) {
    int64_t least, most;
    bool can = by_card_bounds(request->engine, provider, &least, &most);
    const struct field_value *field = field_known(request, "by_card") ? request_field(request, "by_card") : NULL;
    struct node *node = doc_object(document, "by_card");
    doc_bool(node, "can", can);
    doc_bool(node, "chosen", can && field != NULL && text_is(field->typed, "true"));
    if (!can) return;
    doc_text(node, "percent", percent_words(request, provider->by_card_bp));
    doc_money(node, "least", rub(least));
    doc_money(node, "most", rub(most));
    const struct string_argument arguments[] = {{"percent", doc_get(node, "percent")},
                                                {"least", doc_get(node, "least")},
                                                {"most", doc_get(node, "most")}};
    string_id text = provider->by_card_bp > 0 ? S_payments_by_card_hint : S_payments_by_card_hint_free;
    doc_text(node, "hint", string_get(request->arena, &request->locale, text, arguments, 3));
}

void tell_fees(struct request *request, const struct provider *provider, struct node *document) {
    const struct fee *fee = &provider->fee;
    struct text words = fee_words(request, fee, doc_object(document, "fee"));
    doc_bool(document, "free", fee->percent_bp == 0 && fee->fixed == 0 && fee->least == 0 && provider->bank_count == 0);
    doc_text(document, "fee_words",
             provider->operators ? string_get(request->arena, &request->locale, S_payments_operator_fee, NULL, 0)
                                 : words);
    struct node *banks = doc_array(document, "banks");
    for (size_t i = 0; i < provider->bank_count; i++) {
        struct node *bank = doc_add_object(banks);
        doc_text(bank, "title", provider->banks[i].title);
        doc_text(bank, "fee_words", fee_words(request, &provider->banks[i].fee, doc_object(bank, "fee")));
    }
    tell_by_card(request, provider, document);
}
