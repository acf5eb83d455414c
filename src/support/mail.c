/* mail.c: letters to the help address (SU-2): `kabinet mail-in` brings them in parts; each is a message of a case: of
 * the one whose signed token it carries, else of a new one. Who wrote it is what the letter says, and shown to staff
 * as no more than that, unless our mail server vouches for the sender's domain and the address is bound to a
 * customer. */
#include "support/mail.h"

#include "adapters/picture/picture.h"
#include "messaging/messaging.h"

#include <string.h>

#define ADDRESS_DAY_MAX 20 /* new cases of one address in a day; what is more waits at the mail server */
#define MARKS_KEPT (30 * DAY)

STATEMENT(mark_add, "INSERT INTO support_letter (mark, made) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING");
STATEMENT(marks_sweep, "DELETE FROM support_letter WHERE mark IN (SELECT mark FROM support_letter WHERE made < $1 "
                       "LIMIT 200)");
STATEMENT(letter_put, "UPDATE support_case SET mail = $2, mail_hash = $3, subject = $4, verified = $5 WHERE id = $1");
STATEMENT(letter_last, "UPDATE support_case SET mail_last = $2 WHERE id = $1");
STATEMENT(letter_of, "SELECT mail, subject, mail_last, verified FROM support_case WHERE id = $1 AND mail IS NOT NULL");
STATEMENT(of_address, "SELECT COUNT(*) FROM support_case WHERE mail_hash = $1 AND id > $2");

static const struct refusal too_many = {"too-many-requests", 429, S_support_mail_many, false};

/* ---- tokens ---- */

static struct text sign_of(struct engine *engine, struct arena *arena, int64_t id) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(engine), "support.thread", text_format(arena, "%lld", (long long)id), hash);
    return text_hex(arena, hash, MAIL_SIGN_SIZE / 2);
}

static struct text token_of(struct engine *engine, struct arena *arena, int64_t id) {
    return text_format(arena, "k%lld-%.*s", (long long)id, TEXT_ARG(sign_of(engine, arena, id)));
}

static bool case_of_token(struct request *request, struct tx *tx, struct text text, struct support_case *found) {
    struct mail_token token;
    for (size_t at = 0; mail_token_find(text, &at, &token);) {
        struct text sign = sign_of(request->engine, request->arena, token.id);
        if (text_equal_secret(sign, token.sign) && case_by_id(tx, token.id, found) && found->channel == CASE_MAIL)
            return true;
    }
    return false;
}

/* ---- what a case knows of its letters ---- */

bool mail_of_case(struct request *request, struct tx *tx, int64_t id, struct mail_side *side) {
    const struct keyring *keyring = engine_keyring(request->engine);
    struct rows *rows = tx_query(tx, &letter_of, VALUES(V_INT(id)));
    *side = (struct mail_side){0};
    bool there = rows_next(rows) &&
                 secret_open(keyring, request->arena, "support.mail", id, row_text(rows, 0), &side->address) &&
                 secret_open(keyring, request->arena, "support.subject", id, row_text(rows, 1), &side->subject);
    if (there && !row_null(rows, 2))
        (void)secret_open(keyring, request->arena, "support.last", id, row_text(rows, 2), &side->last_id);
    if (there) side->verified = row_int(rows, 3) != 0;
    rows_end(rows);
    return there;
}

/* ---- out ---- */

static struct text reply_to(struct request *request, const struct support_settings *settings, struct text token) {
    struct text host, local = text_split(text_from(settings->mail_address), '@', &host);
    if (!settings->mail_plus) return text_from(settings->mail_address);
    return text_format(request->arena, "%.*s+%.*s@%.*s", TEXT_ARG(local), TEXT_ARG(token), TEXT_ARG(host));
}

static void send(struct request *request, struct tx *tx, const struct support_case *found, struct text words,
                 bool by_person) {
    const struct support_settings *settings = engine_settings(request->engine, &support_feature);
    struct mail_side side;
    if (settings->mail_address[0] == '\0' || !mail_of_case(request, tx, found->id, &side)) return;
    struct text token = token_of(request->engine, request->arena, found->id), host;
    text_split(text_from(settings->mail_address), '@', &host);
    bool again = text_starts(side.subject, "Re:");
    const struct thread_letter letter = {
        .customer = found->customer,
        .address = side.address,
        .subject = again ? side.subject : text_format(request->arena, "Re: %.*s", TEXT_ARG(side.subject)),
        .words = words,
        .reply_to = reply_to(request, settings, token),
        .message_id = text_format(request->arena, "<%.*s.%lld@%.*s>", TEXT_ARG(token),
                                  (long long)world_id(request->world), TEXT_ARG(host)),
        .answers = side.last_id,
        .by_person = by_person,
    };
    message_thread(request->engine, tx, &letter);
}

void mail_answer(struct request *request, struct tx *tx, const struct support_case *found, struct text words) {
    if (found->channel == CASE_MAIL) send(request, tx, found, words, true);
}

/* That the letter has come, and by when it is answered; never to a machine. */
static void acknowledge(struct request *request, struct tx *tx, const struct support_case *found) {
    struct locale locale = {found->language, request->locale.zone, request->locale.now};
    struct duty duty = duty_of(request->engine, tx);
    struct node *node = doc_new(request->arena);
    doc_moment(node, "at", duty.answer_by);
    const struct string_argument arguments[] = {{"at", doc_get(node, "at")}};
    string_id words = duty.answer_by != 0 ? S_support_mail_came : S_support_mail_came_later;
    size_t count = duty.answer_by != 0 ? 1 : 0;
    send(request, tx, found, string_get(request->arena, &locale, words, arguments, count), false);
}

/* ---- in ---- */

enum flow mail_check(struct request *request, struct tx *tx) {
    (void)tx;
    struct text secret = support_of(request->engine)->mail_secret;
    bool good = secret.size > 0 && text_equal_secret(secret, field_text(request, "key"));
    return good ? FLOW_NEXT : answer_missing(request);
}

/* Each attachment is made harmless; what cannot be is told of in the message. */
enum flow mail_clean(struct request *request, struct tx *tx) {
    (void)tx;
    static const char *const names[MAIL_FILES] = {"file1", "file2", "file3", "file4", "file5"};
    struct mail_files *files = arena_new_of(request->arena, struct mail_files);
    *files = (struct mail_files){.left_out = field_number(request, "left_out")};
    for (size_t i = 0; i < MAIL_FILES; i++) {
        const struct field_value *field = request_field(request, names[i]);
        if (field == NULL || field->upload == NULL) continue;
        enum picture_verdict verdict = attachment_make(request, field->upload, &files->list[files->count]);
        if (verdict == PICTURE_FAILED) return attachment_refuse(request);
        if (verdict == PICTURE_GOOD) files->count++;
        else files->left_out++;
    }
    request->scratch = files;
    return FLOW_NEXT;
}

/* The same letter, delivered once more, has the same mark. */
static bool is_new(struct request *request, struct tx *tx) {
    uint8_t hash[SECRET_HASH_SIZE];
    static const char *const parts[] = {"message_id", "from", "date", "subject", "text"};
    struct buffer all = buffer_new(request->arena, 4096);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buffer_add_text(&all, field_text(request, parts[i]));
        buffer_add_char(&all, '\n');
    }
    secret_hash(engine_keyring(request->engine), "support.letter", buffer_text(&all), hash);
    struct value now = V_INT(world_now(request->world));
    return tx_run(tx, &mark_add, VALUES(V_BYTES(hash, sizeof hash), now)) == 1;
}

static struct value sealed(struct request *request, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    struct text box = secret_seal(engine_keyring(request->engine), request->world, tx_arena(tx), purpose, id, clear);
    return V_BYTES(box.data, box.size);
}

/* The address is the customer's when it is bound to him and our mail server vouches for it. */
static int64_t vouched(struct request *request, struct tx *tx, bool *verified) {
    const struct support_settings *settings = engine_settings(request->engine, &support_feature);
    struct text from = field_text(request, "from");
    *verified = mail_authenticated(field_text(request, "auth"), text_from(settings->mail_authority), from);
    return *verified ? message_customer_by_address(request->engine, tx, from) : 0;
}

static int64_t begun_today(struct request *request, struct tx *tx) {
    struct lookups hashes;
    int64_t since = id_from_moment(world_now(request->world) - DAY), begun = 0;
    secret_lookups(engine_keyring(request->engine), "support.mail", field_text(request, "from"), &hashes);
    for (size_t i = 0; i < hashes.count; i++) {
        struct value address = V_BYTES(hashes.of[i], SECRET_HASH_SIZE);
        struct rows *rows = tx_query(tx, &of_address, VALUES(address, V_INT(since)));
        if (rows_next(rows)) begun += row_int(rows, 0);
        rows_end(rows);
    }
    return begun;
}

/* False when the address has begun too many already: it has answered. */
static bool begin(struct request *request, struct tx *tx, struct support_case *found) {
    bool verified;
    uint8_t hash[SECRET_HASH_SIZE];
    secret_lookup(engine_keyring(request->engine), "support.mail", field_text(request, "from"), hash);
    struct value address = V_BYTES(hash, sizeof hash);
    if (begun_today(request, tx) >= ADDRESS_DAY_MAX) {
        request->answer.retry_after_s = 3600;
        refuse(request, &too_many);
        return false;
    }
    const struct owner owner = {.customer = vouched(request, tx, &verified)};
    struct customer person;
    bool known = owner.customer != 0 && identity_customer(request->engine, tx, owner.customer, &person);
    enum language language = mail_russian(field_text(request, "text")) ? LANGUAGE_RU : LANGUAGE_EN;
    if (known) language = person.language;
    int64_t id = case_begin(request->engine, tx, &owner, CASE_MAIL, language);
    struct text subject = field_text(request, "subject");
    struct value sender = sealed(request, tx, "support.mail", id, field_text(request, "from"));
    struct value about = sealed(request, tx, "support.subject", id, subject.data != NULL ? subject : TEXT(""));
    tx_run(tx, &letter_put, VALUES(V_INT(id), sender, address, about, V_INT(verified)));
    return case_by_id(tx, id, found);
}

static void note(struct request *request, struct tx *tx, int64_t id, string_id words) {
    struct locale locale = {.language = (enum language)engine_config(request->engine)->language,
                            .zone = request->locale.zone,
                            .now = request->locale.now};
    struct said said = {.author = AUTHOR_NOTE,
                        .words = string_get(request->arena, &locale, words, NULL, 0)};
    case_say(request->engine, tx, id, &said);
}

static void keep(struct request *request, struct tx *tx, const struct support_case *found, bool automatic) {
    const struct mail_files *files = request->scratch;
    struct text words = field_text(request, "text"), last = mail_last_id(field_text(request, "message_id"));
    struct said said = {.author = automatic ? AUTHOR_NOTE : AUTHOR_CUSTOMER,
                        .words = words.data != NULL ? words : TEXT("")};
    int64_t message = case_say(request->engine, tx, found->id, &said);
    for (size_t i = 0; i < files->count; i++) attachment_keep(request, tx, found->id, message, &files->list[i]);
    if (files->left_out > 0) note(request, tx, found->id, S_support_mail_left_out);
    if (automatic || last.size == 0) return;
    tx_run(tx, &letter_last, VALUES(V_INT(found->id), sealed(request, tx, "support.last", found->id, last)));
}

static enum flow kept(struct request *request, int64_t id) {
    struct node *document = doc_new(request->arena);
    if (id != 0) doc_id(document, "case", id);
    return answer_ok(request, document);
}

enum flow mail_keep(struct request *request, struct tx *tx) {
    const struct support_settings *settings = engine_settings(request->engine, &support_feature);
    struct support_case found;
    struct mail_side side;
    bool ours = text_equal(field_text(request, "from"), text_from(settings->mail_address));
    bool automatic = field_number(request, "automatic") != 0 || field_text(request, "sender").size == 0;
    if (ours || !is_new(request, tx)) return kept(request, 0);
    bool goes_on = case_of_token(request, tx, field_text(request, "recipient"), &found) ||
                   case_of_token(request, tx, field_text(request, "references"), &found);
    if (!goes_on && automatic) return kept(request, 0); /* a machine's, about nothing of ours */
    if (!goes_on && !begin(request, tx, &found)) return FLOW_ANSWERED;
    keep(request, tx, &found, automatic);
    bool other = goes_on && mail_of_case(request, tx, found.id, &side) &&
                 !text_equal(side.address, field_text(request, "from"));
    if (other) note(request, tx, found.id, S_support_mail_other);
    if (!goes_on) acknowledge(request, tx, &found);
    return kept(request, found.id);
}

bool mail_sweep(struct engine *engine, struct tx *tx) {
    return tx_run(tx, &marks_sweep, VALUES(V_INT(world_now(engine_world(engine)) - MARKS_KEPT))) == 200;
}
