/* outside.c: what stands outside in a simulation, in place of the adapters' real exchange (libcurl) and of Argon2id,
 * which would take most of the time: the linker takes these instead. */
#include "adapters/acquirer/exchange.h"
#include "base/check.h"
#include "base/secret.h"
#include "test/simulation/simulation.h"

#include <string.h>

struct sim *outside_of;

static struct model_topup *topup_of(struct sim *sim, int64_t id, int *index) {
    for (*index = 0; *index < sim->model.topup_count; ++*index)
        if (sim->model.topups[*index].id == id) return &sim->model.topups[*index];
    return NULL;
}

static struct bank_order *order_of(struct sim *sim, int64_t id) {
    for (int i = 0; i < sim->bank_count; i++)
        if (sim->bank[i].id == id) return &sim->bank[i];
    return NULL;
}

static int64_t number_after(const char *string, const char *mark) {
    const char *found = strstr(string, mark);
    int64_t number = 0;
    if (found == NULL) return 0;
    found += strlen(mark);
    text_to_int((struct text){found, strspn(found, "0123456789")}, &number);
    return number;
}

/* The status of an order; what will follow of it stands in the store's queue right after this. */
static enum acquirer_answer status(struct sim *sim, struct arena *arena, int64_t id, struct text *body) {
    static const char *const words[] = {"pending", "paid", "declined", "cancelled"};
    int index;
    struct model_topup *topup = topup_of(sim, id, &index);
    const struct bank_order *order = order_of(sim, id);
    if (topup == NULL || order == NULL) return ACQUIRER_REFUSED;
    *body = text_format(arena,
                        "{\"merchant\":\"simulation\",\"order\":\"%lld\",\"sum\":\"%lld.%02d\",\"status\":\"%s\","
                        "\"reference\":\"r%d\"}",
                        (long long)id, (long long)(topup->sum / 100), (int)(topup->sum % 100), words[order->word],
                        order->reference);
    if (order->word == BANK_PENDING) return ACQUIRER_ANSWERED;
    struct deed *deed = deed_new(sim, ACT_BANK);
    deed->target = index;
    deed->word = order->word;
    deed->reference = order->reference;
    deed->sum = topup->sum;
    deeds_add(sim, &sim->queue, deed);
    return ACQUIRER_ANSWERED;
}

enum acquirer_answer exchange_run(struct arena *arena, const struct exchange *exchange, struct text *body) {
    struct sim *sim = outside_of;
    if (sim == NULL || sim->doomed || sim_chance(sim, 30)) return ACQUIRER_UNREACHABLE;
    int64_t id = number_after(exchange->url, "&order=");
    sim_log(sim, "  the bank is asked, order %lld", (long long)id);
    if (exchange->post.size > 0) return sim_chance(sim, 90) ? ACQUIRER_ANSWERED : ACQUIRER_REFUSED;
    return status(sim, arena, id, body);
}

/* ---- in place of Argon2id ---- */

bool password_hash(struct arena *arena, struct text password, struct text *encoded) {
    *encoded = text_format(arena, "plain:%.*s", TEXT_ARG(password));
    return true;
}

bool password_matches(struct text encoded, struct text password) {
    return text_starts(encoded, "plain:") && text_equal(text_slice(encoded, 6, encoded.size), password);
}

bool password_matches_nobody(struct text password) {
    (void)password;
    return false;
}
