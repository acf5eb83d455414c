/* mokka_read.c: see mokka_read.h. */
#include "products/instalments/mokka_read.h"

#include "products/instalments/mokka_rules.h"
#include "shops/shops_rules.h"

#include <jansson.h>

#define NUMBER_MOST 255
#define NAME_MOST 200
#define QUANTITY_MOST 20
#define MONTHS_MOST 120

static struct text string_of(const json_t *value) {
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT_NONE;
}

static int read_number(const json_t *order, struct text *number) {
    const json_t *value = json_object_get(order, "order_id");
    if (value == NULL || json_is_null(value)) return MOKKA_NUMBER_MISSING;
    *number = string_of(value);
    if (json_is_string(value) && number->size == 0) return MOKKA_NUMBER_MISSING;
    bool good = number->data != NULL && text_valid_utf8(*number) && text_length_utf8(*number) <= NUMBER_MOST &&
                text_find(*number, '\n') < 0 && text_find(*number, '\r') < 0;
    return good ? MOKKA_OK : MOKKA_NUMBER_WRONG;
}

static int read_sums(const json_t *order, struct mokka_wish *wish) {
    const json_t *prepaid = json_object_get(order, "prepayment_amount");
    if (!mokka_sum_read(string_of(json_object_get(order, "amount")), &wish->sum) || wish->sum == 0) return MOKKA_AMOUNT;
    if (prepaid == NULL || json_is_null(prepaid)) return MOKKA_OK;
    if (!mokka_sum_read(string_of(prepaid), &wish->prepaid)) return MOKKA_PREPAYMENT_FORMAT;
    return wish->prepaid >= wish->sum ? MOKKA_PREPAYMENT : MOKKA_OK;
}

static int read_term(const json_t *order, struct mokka_wish *wish) {
    const json_t *term = json_object_get(order, "term");
    if (term == NULL || json_is_null(term)) return MOKKA_OK;
    wish->months = json_is_integer(term) ? (int64_t)json_integer_value(term) : 0;
    return wish->months > 0 && wish->months <= MONTHS_MOST ? MOKKA_OK : MOKKA_TERM;
}

static int read_urls(struct engine *engine, const json_t *body, struct checkout_wish *wish) {
    wish->callback = string_of(json_object_get(body, "callback_url"));
    wish->redirect = string_of(json_object_get(body, "redirect_url"));
    wish->skip = json_is_true(json_object_get(body, "skip_result_page"));
    if (!shop_callback_good(engine, wish->callback)) return MOKKA_CALLBACK_MISSING;
    return shop_address_good(wish->redirect, true) ? MOKKA_OK : MOKKA_REDIRECT_MISSING;
}

static int read_phone(struct arena *arena, const json_t *value, struct text *phone) {
    if (value == NULL || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0))
        return MOKKA_OK;
    return mokka_phone_read(arena, string_of(value), phone) ? MOKKA_OK : MOKKA_PHONE_DIFFERS;
}

static int read_time(const json_t *order, moment *at) {
    const json_t *value = json_object_get(order, "valid_till");
    if (value == NULL || json_is_null(value)) return MOKKA_OK;
    return mokka_moment_read(string_of(value), at) ? MOKKA_OK : MOKKA_TIME_WRONG;
}

static struct text quantity_of(struct arena *arena, const json_t *value) {
    if (json_is_integer(value)) return text_format(arena, "%lld", (long long)json_integer_value(value));
    return TEXT_NONE; /* one in parts is not shown */
}

static void read_cart(struct arena *arena, const json_t *cart, struct checkout_wish *wish) {
    for (size_t i = 0; i < json_array_size(cart) && wish->cart_count < CHECKOUT_CART; i++) {
        const json_t *item = json_array_get(cart, i);
        struct text name = string_of(json_object_get(item, "name"));
        if (name.size == 0 || !text_valid_utf8(name) || text_length_utf8(name) > NAME_MOST) continue;
        wish->cart[wish->cart_count++] =
            (struct cart_item){name, quantity_of(arena, json_object_get(item, "quantity"))};
    }
}

int mokka_read(struct engine *engine, struct arena *arena, const struct json_t *body, unsigned parts,
               struct mokka_wish *wish) {
    const json_t *order = (parts & MOKKA_PART_NESTED) != 0 ? json_object_get(body, "current_order") : body;
    const json_t *cart = json_object_get(body, "cart_items");
    int code = MOKKA_OK;
    *wish = (struct mokka_wish){.sum = 0};
    if (code == MOKKA_OK && (parts & MOKKA_PART_NUMBER) != 0) code = read_number(order, &wish->number);
    if (code == MOKKA_OK && (parts & MOKKA_PART_AMOUNT) != 0) code = read_sums(order, wish);
    if (code == MOKKA_OK) code = read_term(order, wish);
    if (code == MOKKA_OK && (parts & MOKKA_PART_URLS) != 0) code = read_urls(engine, body, &wish->wish);
    if (code == MOKKA_OK) code = read_phone(arena, json_object_get(body, "primary_phone"), &wish->wish.phone);
    if (code == MOKKA_OK && (parts & MOKKA_PART_CART) != 0 && json_array_size(cart) == 0) code = MOKKA_CART_MISSING;
    if (code == MOKKA_OK) code = read_time(order, &wish->valid_till);
    if (code == MOKKA_OK) read_cart(arena, cart, &wish->wish);
    return code;
}

int mokka_read_client(struct arena *arena, const struct json_t *body, struct text *phone) {
    const json_t *value = json_object_get(json_object_get(body, "client"), "mobile_phone");
    *phone = TEXT_NONE;
    int code = read_phone(arena, value, phone);
    return code == MOKKA_OK && phone->data == NULL ? MOKKA_PHONE_DIFFERS : code;
}
