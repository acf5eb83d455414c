/* accept.c: see accept.h. */
#include "http/accept.h"

#include <strings.h>

/* The weight of one element in thousandths; -1 when malformed. */
static int weight_of(struct text parameters) {
    struct text rest = parameters;
    while (rest.data != NULL) {
        struct text parameter = text_trim(text_split(rest, ';', &rest));
        if (parameter.size < 3 || (parameter.data[0] != 'q' && parameter.data[0] != 'Q') || parameter.data[1] != '=')
            continue;
        struct text number = text_slice(parameter, 2, parameter.size);
        if (number.size > 5 || (number.data[0] != '0' && number.data[0] != '1')) return -1;
        int weight = (number.data[0] - '0') * 1000, scale = 100;
        for (size_t i = 1; i < number.size; i++) {
            if (i == 1 && number.data[i] == '.') continue;
            if (i == 1 || number.data[i] < '0' || number.data[i] > '9') return -1;
            weight += (number.data[i] - '0') * scale;
            scale /= 10;
        }
        return weight <= 1000 ? weight : -1;
    }
    return 1000;
}

static bool same(struct text text, const char *wanted, size_t size) {
    return text.size == size && strncasecmp(text.data, wanted, size) == 0;
}
#define SAME(text, literal) same((text), (literal), sizeof(literal) - 1)

/* The weight of each kind by its most exact element: 0 any, 1 the family, 2 the kind itself. */
struct best {
    int exactness, weight;
};

static void raise(struct best *best, int exactness, int weight) {
    if (exactness > best->exactness || (exactness == best->exactness && weight > best->weight))
        *best = (struct best){exactness, weight};
}

static void weigh(struct text range, int weight, struct best *html, struct best *json, struct best *stream) {
    if (SAME(range, "*/*")) {
        raise(html, 0, weight);
        raise(json, 0, weight);
        raise(stream, 0, weight);
    } else if (SAME(range, "text/*")) {
        raise(html, 1, weight);
        raise(stream, 1, weight);
    } else if (SAME(range, "application/*")) {
        raise(json, 1, weight);
    } else if (SAME(range, "text/html") || SAME(range, "application/xhtml+xml")) {
        raise(html, 2, weight);
    } else if (SAME(range, "application/json") || SAME(range, "application/problem+json")) {
        raise(json, 2, weight);
    } else if (SAME(range, "text/event-stream")) {
        raise(stream, 2, weight);
    }
}

static bool scan(struct text field, struct best *html, struct best *json, struct best *stream) {
    bool any = false;
    struct text rest = field;
    while (rest.data != NULL) {
        struct text parameters = TEXT_NONE;
        struct text range = text_trim(text_split(text_split(rest, ',', &rest), ';', &parameters));
        if (range.size == 0) continue;
        int weight = weight_of(parameters);
        if (weight < 0) return false;
        any = true;
        weigh(range, weight, html, json, stream);
    }
    return any;
}

struct accepted accept_parse(struct text field) {
    struct best html = {-1, 0}, json = {-1, 0}, stream = {-1, 0};
    if (field.size == 0 || !scan(field, &html, &json, &stream)) return (struct accepted){1000, 1000, 1000, false};
    bool named = html.exactness == 2 && json.exactness < 2;
    bool prefers = html.weight > 0 && (named ? html.weight >= json.weight : html.weight > json.weight);
    return (struct accepted){html.weight, json.weight, stream.weight, prefers};
}

bool accept_gzip(struct text field) {
    struct text rest = field;
    while (rest.data != NULL) {
        struct text parameters = TEXT_NONE;
        struct text coding = text_trim(text_split(text_split(rest, ',', &rest), ';', &parameters));
        if (SAME(coding, "gzip")) return weight_of(parameters) > 0;
    }
    return false;
}
