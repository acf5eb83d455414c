/* card.h: what the files of bound cards share. Nothing outside this folder includes it. */
#pragma once

#include "acquiring/acquiring.h"
#include "acquiring/bind_rules.h"
#include "acquiring/bound_card.h"
#include "acquiring/name_rules.h"
#include "generated/strings_acquiring.h"

/* A row: a card on its way to being bound, bound, or what became of it. Texts in the tx's arena. */
struct bank_card {
    int64_t id, customer;
    enum bound_state state;
    moment expires;        /* of the binding: no card is taken, and no sum told, after it */
    int64_t attempt, left; /* at the small sum */
    struct text mask, network;
    int64_t month; /* its last good one: 12 × year + month − 1 */
    moment bound, ended;
    struct text token, holder, fingerprint; /* opened; "" once it is removed */
};

/* ---- card.c: rows ---- */

extern const struct sealed bound_card_sealed[];

void bank_card_add(struct tx *tx, const struct bank_card *card);
/* customer 0: whoever's (the acquirer tells by the binding alone). In a command locked. */
bool bank_card_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct bank_card *card);
void bank_card_save(struct engine *engine, struct tx *tx, const struct bank_card *card);
/* Those that are bound or on their way to it, newest first; how many. */
#define BANK_CARDS_SHOWN 50
size_t bank_cards(struct engine *engine, struct tx *tx, int64_t customer, struct bank_card *cards, size_t room);
/* … with what became of the others. */
size_t bank_cards_ever(struct engine *engine, struct tx *tx, int64_t customer, struct bank_card *cards, size_t room);
/* Live, and its month is not over. */
bool bank_card_good(struct engine *engine, const struct bank_card *card);

/* Whose live card has that fingerprint from now on: this customer's, unless another's has it already. */
int64_t card_claim(struct engine *engine, struct tx *tx, struct text fingerprint, int64_t customer);
void card_release(struct engine *engine, struct tx *tx, struct text fingerprint, int64_t customer);

/* Whether the name on it is the customer's, as we know him now. */
enum name_verdict bank_card_name(struct engine *engine, struct tx *tx, const struct bank_card *card);

/* ---- bind_settle.c: what the bank says ---- */

/* Heard any number of times, by callback or asked for. */
enum bind_step bind_settle(struct engine *engine, struct tx *tx, const struct acquirer_binding_news *news);
/* Its token is given back, its secrets are forgotten, the customer is told. */
void bank_card_remove(struct engine *engine, struct tx *tx, struct bank_card *card);
void bank_cards_on_event(struct engine *engine, struct tx *tx, const struct event *event);
void bank_card_tell(struct engine *engine, struct tx *tx, const struct bank_card *card, string_id text);
stage_function bind_callback_verify, bind_callback_write;
enum outbox_verdict bind_status_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                     struct text *reply);
void bind_status_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                        enum outbox_verdict verdict, struct text reply);
enum outbox_verdict bind_confirm_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply);
enum outbox_verdict unbind_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply);

/* ---- bind.c: the customer's pages ---- */

stage_function bank_cards_read, bank_card_add_write, bank_card_bank_read, bank_card_read, bank_card_confirm_write,
    bank_card_remove_write;

/* ---- payout.c ---- */

enum card_payout_state { CARD_PAYOUT_SENT = 1, CARD_PAYOUT_PAID, CARD_PAYOUT_REFUSED, CARD_PAYOUT_STUCK };

/* Payouts to that card (0: any of his) whose fate is not known yet. */
bool card_payouts_open(struct tx *tx, int64_t customer, int64_t card);
enum outbox_verdict payout_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply);
void payout_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply);
void payouts_own_data(struct own_data *piece);

/* ---- charge.c ---- */

enum outbox_verdict charge_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply);
void charge_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply);

/* ---- card_data.c ---- */

void bank_cards_own_data(struct own_data *piece);
void bank_cards_obstacles(struct obstacles *obstacles);
extern const struct erase bank_cards_erases[];
