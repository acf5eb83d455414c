/* robot.h: "I am not a robot" (ID-2). With scripts: a proof of work after ALTCHA's version 1 (altcha.org), solved
 * by our own small script, since ALTCHA's widget alone is above the page's budget. Without scripts no proof of work
 * can be made: a sum in words is asked instead. A program can learn to answer that, so what holds it back are tight
 * counters per subscriber and network (settings robot.plain_*); a profile may switch it off. Each proof is good
 * once. */
#pragma once

#include "identity/internal.h"

enum robot_result {
    ROBOT_NO,    /* proven: not a robot */
    ROBOT_NONE,  /* no proof came */
    ROBOT_WRONG, /* wrong, stale or used */
    ROBOT_BUSY,  /* too many without scripts from there: *free_at */
};

/* {"algorithm","challenge","maxnumber","salt","signature"} as ALTCHA's widgets and libraries expect it. */
void robot_challenge(struct engine *engine, struct node *document);
/* {"token","text"}: «Сколько будет семь плюс два?» */
void robot_question(struct engine *engine, const struct locale *locale, struct node *document);

/* In a command: the field altcha, or question and answer. What it wrote must be kept when it is not ROBOT_NO. */
enum robot_result robot_check(struct request *request, struct tx *tx, moment *free_at);

/* Checks everything but single use. key: 32 bytes. *expires is the proof's own. */
bool altcha_valid(struct arena *arena, const uint8_t key[SECRET_HASH_SIZE], struct text payload, moment now,
                  moment *expires, struct text *challenge);
struct text altcha_salt(struct arena *arena, const uint8_t random[12], moment expires);
struct text altcha_challenge(struct arena *arena, struct text salt, int64_t number);
struct text altcha_signature(struct arena *arena, const uint8_t key[SECRET_HASH_SIZE], struct text challenge);
