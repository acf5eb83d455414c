/* answer.c: reads a provider's XML by libxml2: no network, no document type (so no entities), one document in the body,
 * nothing deeper than the protocol has. */
#include "adapters/osmp/osmp.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define TEXT_MOST 512 /* bytes of any one value that are kept */

/* The element's own text; TEXT_NONE when it has none, is too long, or holds elements. */
static struct text text_of(struct arena *arena, const xmlNode *element) {
    const xmlNode *child = element->children;
    if (child == NULL || child->next != NULL || child->content == NULL) return TEXT_NONE;
    if (child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE) return TEXT_NONE;
    struct text text = text_trim(text_from((const char *)child->content));
    if (text.size == 0 || text.size > TEXT_MOST || !text_valid_utf8(text)) return TEXT_NONE;
    return text_copy(arena, text);
}

static const xmlNode *child_named(const xmlNode *parent, const char *name) {
    const xmlNode *found = NULL;
    for (const xmlNode *child = parent->children; child != NULL; child = child->next) {
        if (child->type != XML_ELEMENT_NODE || xmlStrcmp(child->name, (const xmlChar *)name) != 0) continue;
        if (found != NULL) return NULL; /* said twice: neither counts */
        found = child;
    }
    return found;
}

static struct text child_text(struct arena *arena, const xmlNode *parent, const char *name) {
    const xmlNode *child = child_named(parent, name);
    return child != NULL ? text_of(arena, child) : TEXT_NONE;
}

/* <fields><field1 name="bill">1234.50</field1>…</fields> */
static void read_fields(struct arena *arena, const xmlNode *root, struct osmp_reply *reply) {
    const xmlNode *fields = child_named(root, "fields");
    for (const xmlNode *field = fields != NULL ? fields->children : NULL; field != NULL; field = field->next) {
        if (field->type != XML_ELEMENT_NODE || reply->field_count == OSMP_FIELDS) continue;
        const xmlAttr *name = xmlHasProp(field, (const xmlChar *)"name");
        struct text value = text_of(arena, field);
        if (name == NULL || name->children == NULL || name->children->content == NULL || value.size == 0) continue;
        struct text named = text_from((const char *)name->children->content);
        if (named.size > 0 && named.size <= 32 && text_valid_utf8(named))
            reply->fields[reply->field_count++] = (struct osmp_field){text_copy(arena, named).data, value};
    }
}

static const char *result_name(enum osmp_dialect dialect) {
    return dialect == OSMP_FORM ? "result_code" : "result";
}

static const char *reference_name(enum osmp_dialect dialect) {
    return dialect == OSMP_FORM ? "prv_txn_id" : "prv_txn";
}

/* Is it about this order? What they need not say may be missing, never another's. */
static bool answers(struct arena *arena, const xmlNode *root, const struct osmp_order *order) {
    struct text txn = child_text(arena, root, "osmp_txn_id"), sum = child_text(arena, root, "sum");
    int64_t number;
    struct money told;
    if (txn.size == 0) txn = child_text(arena, root, "txn_id");
    if (txn.size > 0 && (!text_to_int(txn, &number) || number != order->txn)) return false;
    if (order->command == OSMP_CHECK || sum.size == 0) return true;
    return money_parse(sum, order->sum.currency, &told) && told.minor == order->sum.minor;
}

static struct osmp_reply uncertain(enum osmp_command command) {
    return (struct osmp_reply){.meaning = command == OSMP_CHECK ? OSMP_LATER : OSMP_UNCERTAIN, .result = -1};
}

static struct osmp_reply read_root(struct arena *arena, enum osmp_dialect dialect, const struct osmp_order *order,
                                   const xmlNode *root) {
    int64_t result;
    struct osmp_reply reply = uncertain(order->command);
    if (root == NULL || xmlStrcmp(root->name, (const xmlChar *)"response") != 0) return reply;
    if (!text_to_int(child_text(arena, root, result_name(dialect)), &result) || result < 0 || result > 9999)
        return reply;
    reply.comment = child_text(arena, root, "comment");
    reply.reference = child_text(arena, root, reference_name(dialect));
    if (reply.reference.size > 64) reply.reference = TEXT_NONE;
    enum osmp_meaning meaning = osmp_meaning_of(order->command, (int)result, &reply.refusal);
    if (meaning == OSMP_YES && !answers(arena, root, order)) return reply;
    reply.meaning = meaning;
    reply.result = (int)result;
    read_fields(arena, root, &reply);
    return reply;
}

struct osmp_reply osmp_read(struct arena *arena, enum osmp_dialect dialect, const struct osmp_order *order,
                            struct text body) {
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS;
    if (body.size == 0 || memmem(body.data, body.size, "<!DOCTYPE", 9) != NULL) return uncertain(order->command);
    xmlParserCtxtPtr context = xmlNewParserCtxt();
    if (context == NULL) return uncertain(order->command);
    xmlDocPtr document = xmlCtxtReadMemory(context, body.data, (int)body.size, NULL, NULL, options);
    struct osmp_reply reply = uncertain(order->command);
    if (document != NULL && context->wellFormed && document->intSubset == NULL)
        reply = read_root(arena, dialect, order, xmlDocGetRootElement(document));
    xmlFreeDoc(document);
    xmlFreeParserCtxt(context);
    return reply;
}
