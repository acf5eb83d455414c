/* feature.c: partner shops as customers find them (IN-5), as the engine sees it: the catalogue for everybody, a shop's
 * card for its owner and for staff. */
#include "showcase/internal.h"

#include <stddef.h>

/* ---- forms ---- */

FORM(no_form, );
static const char *const ways[] = {"any", "online", "places", "near", NULL}; /* enum where */
FORM(search_form, {.name = "q", .type = FIELD_TEXT, .max = 100},
     {.name = "category", .type = FIELD_CHOICE, .choices = category_names},
     {.name = "where", .type = FIELD_CHOICE, .choices = ways},
     {.name = "at", .type = FIELD_TEXT, .max = 40, .invalid = S_showcase_place_bad},
     {.name = "after", .type = FIELD_ID}, {.name = "rank", .type = FIELD_INT, .min = 0, .max = INT32_MAX});
FORM(pages_form, {.name = "before", .type = FIELD_ID});

#define WORDS_FIELD(field, must)                                                                                       \
    {                                                                                                                  \
        .name = field, .type = FIELD_TEXT, .required = (must), .min = 10, .max = 600,                                  \
        .missing = S_showcase_words_missing, .invalid = S_showcase_words_missing                                       \
    }
#define CARD(must)                                                                                                     \
    {.name = "category", .type = FIELD_CHOICE, .choices = category_names},                                             \
        {.name = "site", .type = FIELD_TEXT, .max = 200}, WORDS_FIELD("words_ru", must), WORDS_FIELD("words_en", must)
FORM(card_form, CARD(true));
FORM(card_draft, CARD(false));

#define PLACE(must)                                                                                                    \
    {.name = "address", .type = FIELD_TEXT, .required = (must), .min = 5, .max = 160,                                  \
     .missing = S_showcase_address_missing, .invalid = S_showcase_address_missing},                                    \
        {.name = "hours", .type = FIELD_TEXT, .max = 60}, {                                                            \
        .name = "place", .type = FIELD_TEXT, .max = 40                                                                 \
    }
FORM(place_form, PLACE(true));
FORM(place_draft, PLACE(false));

static const char *const verdicts[] = {"agree", "decline", "hide", NULL}; /* enum verdict */
#define VERDICT(must)                                                                                                  \
    {.name = "verdict", .type = FIELD_CHOICE, .required = (must), .choices = verdicts},                                \
        {.name = "version", .type = FIELD_ID, .required = (must)}, {                                                   \
        .name = "note", .type = FIELD_TEXT, .min = 3, .max = 300, .invalid = S_showcase_note_missing                   \
    }
FORM(verdict_form, VERDICT(true));
FORM(verdict_draft, VERDICT(false));

#define SALE_TITLE(field, must)                                                                                        \
    {                                                                                                                  \
        .name = field, .type = FIELD_TEXT, .required = (must), .min = 3, .max = 80,                                    \
        .missing = S_showcase_sale_title_missing, .invalid = S_showcase_sale_title_missing                             \
    }
#define SALE_DAY(field, must)                                                                                          \
    {                                                                                                                  \
        .name = field, .type = FIELD_DATE, .required = (must), .missing = S_showcase_sale_day_missing,                 \
        .invalid = S_showcase_sale_day_missing                                                                         \
    }
#define SALE(must)                                                                                                     \
    SALE_TITLE("title_ru", must), SALE_TITLE("title_en", must), WORDS_FIELD("words_ru", must),                         \
        WORDS_FIELD("words_en", must), SALE_DAY("starts", must), SALE_DAY("ends", must), {                             \
        .name = "discount", .type = FIELD_TEXT, .max = 24                                                              \
    }
FORM(sale_form, SALE(true));
FORM(sale_draft, SALE(false), {.name = "before", .type = FIELD_ID});

static const char *const sale_verdicts[] = {"agree", "decline", "end", NULL};
#define SALE_VERDICT(must)                                                                                             \
    {.name = "verdict", .type = FIELD_CHOICE, .required = (must), .choices = sale_verdicts},                           \
        {.name = "tell", .type = FIELD_BOOL}, {                                                                        \
        .name = "note", .type = FIELD_TEXT, .min = 3, .max = 300, .invalid = S_showcase_note_missing                   \
    }
FORM(sale_verdict_form, SALE_VERDICT(true));
FORM(sale_verdict_draft, SALE_VERDICT(false));

/* ---- addresses ---- */

#define SEEN .method = METHOD_GET, .who = WHO_ANYONE, .rates = {{RATE_ADDRESS, 120, MINUTE}}
#define OURS .who = WHO_ANYONE, .rates = {{RATE_ADDRESS, 600, MINUTE}}
#define STAFF .who = WHO_STAFF, .roles = ROLE_CATALOGUE | ROLE_ADMIN

static const struct route routes[] = {
    {SEEN,
     .path = "/instalments/shops",
     .form = &search_form,
     .stages = {{STAGE_READ, catalogue_page}},
     .page = &template_showcase_catalogue,
     .summary = "Partner shops: by words, by category, those that sell online or in places, the nearest to a place "
                "(at: latitude,longitude); more, where there are more: what the next page is asked by"},
    {SEEN,
     .path = "/instalments/shops/{id}",
     .stages = {{STAGE_READ, shop_show}},
     .page = &template_showcase_shop,
     .summary = "A partner shop: what it sells, where it is, how one may pay there"},

    {SEEN,
     .path = "/instalments/sales",
     .form = &pages_form,
     .stages = {{STAGE_READ, sales_page}},
     .page = &template_showcase_sales,
     .summary = "Promotions of partner shops that run today"},

    {.method = METHOD_GET,
     OURS,
     .path = "/shop/sales",
     .form = &sale_draft,
     .stages = {{STAGE_READ, shop_sales_page}},
     .page = &template_showcase_shop_sales,
     .summary = "The shop's promotions, the newest first",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     OURS,
     .path = "/shop/sales",
     .form = &sale_form,
     .stages = {{STAGE_WRITE, sale_write}},
     .again = shop_sales_page,
     .again_page = &template_showcase_shop_sales,
     .audit = "showcase.sale.written",
     .summary = "Writes a promotion; customers see it when staff have agreed, while it runs"},
    {.method = METHOD_POST,
     OURS,
     .path = "/shop/sales/{sale}/end",
     .form = &no_form,
     .stages = {{STAGE_WRITE, sale_end}},
     .audit = "showcase.sale.ended",
     .summary = "Ends a promotion before its day"},
    {.method = METHOD_GET,
     STAFF,
     .path = "/staff/sales/{id}",
     .form = &sale_verdict_draft,
     .stages = {{STAGE_READ, staff_sale_page}},
     .page = &template_showcase_staff_sale,
     .audit = "showcase.sale.seen",
     .summary = "A shop's promotion",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     STAFF,
     .path = "/staff/sales/{id}",
     .form = &sale_verdict_form,
     .stages = {{STAGE_WRITE, sale_verdict}},
     .again = staff_sale_page,
     .again_page = &template_showcase_staff_sale,
     .audit = "showcase.sale.agreed",
     .summary = "Agrees to a promotion, declines it with a note, or ends it; tell: customers who consented hear of it"},

    {.method = METHOD_GET,
     OURS,
     .path = "/shop/showcase",
     .stages = {{STAGE_READ, shop_card_page}},
     .page = &template_showcase_card,
     .summary = "The shop's card as it is written and as customers see it"},
    {.method = METHOD_GET,
     OURS,
     .path = "/shop/showcase/edit",
     .form = &card_draft,
     .stages = {{STAGE_READ, shop_card_edit_page}},
     .page = &template_showcase_card_edit,
     .summary = "Where the shop's owner writes what customers are told",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     OURS,
     .path = "/shop/showcase/edit",
     .form = &card_form,
     .stages = {{STAGE_WRITE, shop_card_edit}},
     .again = shop_card_edit_page,
     .again_page = &template_showcase_card_edit,
     .audit = "showcase.card.written",
     .summary = "Writes it; customers see it when staff have agreed"},
    {.method = METHOD_GET,
     OURS,
     .path = "/shop/showcase/places",
     .form = &place_draft,
     .stages = {{STAGE_READ, places_page}},
     .page = &template_showcase_places,
     .summary = "The shop's places",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     OURS,
     .path = "/shop/showcase/places",
     .form = &place_form,
     .stages = {{STAGE_WRITE, place_add}},
     .again = places_page,
     .again_page = &template_showcase_places,
     .audit = "showcase.place.added",
     .summary = "One more place of the shop"},
    {.method = METHOD_POST,
     OURS,
     .path = "/shop/showcase/places/{place}/remove",
     .form = &no_form,
     .stages = {{STAGE_WRITE, place_remove}},
     .audit = "showcase.place.removed",
     .summary = "The shop is not there any more"},
    {.method = METHOD_POST,
     OURS,
     .path = "/shop/showcase/send",
     .form = &no_form,
     .stages = {{STAGE_WRITE, shop_card_send}},
     .audit = "showcase.card.asked",
     .summary = "Asks staff to agree to what is written"},

    {.method = METHOD_GET,
     STAFF,
     .path = "/staff/showcase",
     .form = &pages_form,
     .stages = {{STAGE_READ, cards_page}},
     .page = &template_showcase_staff_cards,
     .audit = "showcase.cards.seen",
     .summary = "Open shops and how far the card of each is"},
    {.method = METHOD_GET,
     STAFF,
     .path = "/staff/showcase/{id}",
     .form = &verdict_draft,
     .stages = {{STAGE_READ, shop_card_page}},
     .page = &template_showcase_staff_card,
     .audit = "showcase.card.seen",
     .summary = "A shop's card as it is written and as customers see it",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     STAFF,
     .path = "/staff/showcase/{id}",
     .form = &verdict_form,
     .stages = {{STAGE_WRITE, shop_card_verdict}},
     .again = shop_card_page,
     .again_page = &template_showcase_staff_card,
     .audit = "showcase.card.agreed",
     .summary = "Agrees to that version of a card, declines it with a note, or takes what is shown away"},
    {.method = METHOD_GET,
     STAFF,
     .path = "/staff/showcase/{id}/edit",
     .form = &card_draft,
     .stages = {{STAGE_READ, shop_card_edit_page}},
     .page = &template_showcase_staff_edit,
     .audit = "showcase.card.seen",
     .summary = "Where staff write a shop's card",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     STAFF,
     .path = "/staff/showcase/{id}/edit",
     .form = &card_form,
     .stages = {{STAGE_WRITE, shop_card_edit}},
     .again = shop_card_edit_page,
     .again_page = &template_showcase_staff_edit,
     .audit = "showcase.card.written",
     .summary = "Writes a shop's card"},
    {.method = METHOD_GET,
     STAFF,
     .path = "/staff/showcase/{id}/places",
     .form = &place_draft,
     .stages = {{STAGE_READ, places_page}},
     .page = &template_showcase_staff_places,
     .audit = "showcase.card.seen",
     .summary = "A shop's places",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     STAFF,
     .path = "/staff/showcase/{id}/places",
     .form = &place_form,
     .stages = {{STAGE_WRITE, place_add}},
     .again = places_page,
     .again_page = &template_showcase_staff_places,
     .audit = "showcase.place.added",
     .summary = "One more place of a shop"},
    {.method = METHOD_POST,
     STAFF,
     .path = "/staff/showcase/{id}/places/{place}/remove",
     .form = &no_form,
     .stages = {{STAGE_WRITE, place_remove}},
     .audit = "showcase.place.removed",
     .summary = "A shop is not there any more"},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_showcase_menu, "/instalments/shops", "tag", WHO_CUSTOMER, 28},
    {S_showcase_staff_menu, "/staff/showcase", "star", WHO_STAFF, 71},
    {.path = NULL},
};

static const struct shop_entry shop_menu[] = {
    {S_showcase_shop_menu, "/shop/showcase", "star", SHOP_OWNER, 400},
    {S_showcase_sales, "/shop/sales", "percent", SHOP_OWNER, 410},
    {.path = NULL},
};

static const struct job jobs[] = {
    {"showcase.tell", 5 * SECOND, sale_tell_job}, {"showcase.seed", MINUTE, showcase_seed_job}, {.name = NULL}};

#define AT(member) offsetof(struct showcase_settings, member)
static const struct setting settings[] = {
    {"catalogue_file", SETTING_TEXT, AT(catalogue_file), "", 0, 500, NULL,
     "A JSON file of shops with which an empty catalogue begins (profiles/README.md); then they and staff keep it."},
    {.name = NULL}};

void showcase_plans_by(struct engine *engine, showcase_plans *tell, showcase_plans_begin *begin) {
    *showcase_state_of(engine) = (struct showcase_state){.plans = tell, .plans_begin = begin};
}

static void *start(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)engine;
    (void)problem;
    struct showcase_state *state = arena_new_of(arena, struct showcase_state);
    *state = (struct showcase_state){.plans = NULL};
    return state;
}

const struct feature showcase_feature = {
    .name = "showcase",
    .needs = (const char *const[]){"identity", "messaging", "backoffice", "shops", NULL},
    .routes = routes,
    .migrations = showcase_migrations,
    .menu = menu,
    .shop_menu = shop_menu,
    .queues = showcase_queues,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct showcase_settings),
    .erases = showcase_erases,
    .on_event = listed_on_event,
    .open = start,
};
