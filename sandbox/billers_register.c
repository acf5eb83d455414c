/* billers_register.c: a biller's register of a day, page by page, as the faults of accounts and rules would have it. */
#include "sandbox/billers.h"

#define REGISTER_MOST 500

static const struct refusal unreadable = {"bad-request", 422, 0, false};

enum flow biller_register(struct request *request, struct billers *all, const struct biller_asking *asking) {
    bool more;
    int64_t sum = 0;
    if (asking->malformed) return refuse(request, &unreadable);
    size_t room = asking->limit < REGISTER_MOST ? (size_t)asking->limit : REGISTER_MOST;
    struct biller_listed *listed = arena_array(request->arena, struct biller_listed, room);
    enum biller_fault fault = biller_rules_roll(all->rules, request->world, asking->biller, BILLER_REGISTER);
    size_t count = biller_books_register(all->books, asking, world_now(request->world) / SECOND, listed, room, &more);
    struct buffer out = buffer_new(request->arena, 4096);
    for (size_t i = 0; i < count; i++) {
        sum += listed[i].sum;
        buffer_format(&out, "%lld;%lld;", (long long)listed[i].txn, (long long)listed[i].prv);
        buffer_add_text(&out, money_decimal(request->arena, rub(listed[i].sum)));
        buffer_format(&out, ";%s\n", listed[i].cancelled ? "cancelled" : "paid");
    }
    buffer_format(&out, "total;%zu;", count);
    buffer_add_text(&out, money_decimal(request->arena, rub(sum)));
    buffer_format(&out, ";%s\n", more ? "more" : "end");
    return biller_register_send(request, buffer_text(&out), fault);
}
