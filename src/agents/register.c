/* register.c: a day's register: all that we credited for an agent, as CSV, however many: written in pieces, each on a
 * snapshot of its own. The last line has the count and the sum, so a file cut short is known by its lack. */
#include "agents/internal.h"
#include "engine/piece.h"

#define PIECE 500
#define PIECE_BYTES (1024 * 1024)

static const struct refusal day_wrong = {"day-wrong", 422, S_agents_day_wrong, false};

struct day_register {
    struct engine *engine;
    int64_t agent, after, before; /* ids between which the day lies */
    int64_t count, sum;
    bool begun;
};

static void add_row(struct day_register *day, struct buffer *out, const struct agent_payment *payment) {
    struct civil at = civil_at(id_moment(payment->id), engine_zone(day->engine));
    struct text phone = payment->phone.size > 0 ? text_slice(payment->phone, 1, payment->phone.size) : TEXT("");
    buffer_format(out, "%.*s,%lld,%04d-%02d-%02d %02d:%02d:%02d,%.*s,%.*s,%.*s\r\n", TEXT_ARG(payment->txn),
                  (long long)payment->id, at.date.year, at.date.month, at.date.day, at.hour, at.minute, at.second,
                  TEXT_ARG(payment->date), TEXT_ARG(phone), TEXT_ARG(money_decimal(out->arena, rub(payment->sum))));
}

static bool write_piece(void *self, struct tx *tx, struct arena *arena, struct buffer *out) {
    struct day_register *day = self;
    struct agent_payment *payments = arena_array(arena, struct agent_payment, PIECE);
    size_t count = agent_payments(day->engine, tx, day->agent, day->after, day->before, payments, PIECE);
    int64_t sum = 0;
    if (!day->begun) buffer_add_literal(out, "txn_id,prv_txn,credited,txn_date,account,sum\r\n");
    for (size_t i = 0; i < count; i++) {
        add_row(day, out, &payments[i]);
        sum += payments[i].sum;
    }
    if (count < PIECE)
        buffer_format(out, "total,%lld,,,,%.*s\r\n", (long long)(day->count + (int64_t)count),
                      TEXT_ARG(money_decimal(arena, rub(day->sum + sum))));
    day->begun = true;
    day->count += (int64_t)count;
    day->sum += sum;
    if (count > 0) day->after = payments[count - 1].id;
    return count < PIECE;
}

/* GET /agents/register */
enum flow register_read(struct request *request, struct tx *tx) {
    struct agent agent;
    if (agent_enter(request, tx, &agent) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!field_given(request, "day")) return refuse(request, &day_wrong);
    const struct zone *zone = engine_zone(request->engine);
    int64_t days = field_number(request, "day");
    struct day_register *day = arena_new_of(request->arena, struct day_register);
    *day = (struct day_register){.engine = request->engine,
                                 .agent = agent.id,
                                 .after = id_from_moment(day_start(date_from_days(days), zone)) - 1,
                                 .before = id_from_moment(day_start(date_from_days(days + 1), zone))};
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    file->content_type = "text/csv; charset=utf-8";
    file->file_name = text_format(request->arena, "register-%.*s.csv",
                                  TEXT_ARG(date_format(request->arena, date_from_days(days)))).data;
    file->more = pieces_more;
    file->state = pieces_of(request->arena, request->engine, PIECE_BYTES, write_piece, day);
    return answer_file(request, file);
}
