/* html.c: what an HTML letter says, by libxml2's parser, which takes anything and never goes to the network. */
#include "adapters/inmail/inmail.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define DEPTH_MAX 200

static bool among(const xmlChar *name, const char *const *names) {
    for (; *names != NULL; names++)
        if (xmlStrcasecmp(name, (const xmlChar *)*names) == 0) return true;
    return false;
}

static const char *const unseen[] = {"script", "style", "head", "title", "template", "noscript", "object", NULL};
static const char *const blocks[] = {"p",  "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table",
                                     "ul", "ol",  "blockquote", "hr", "pre", "section", "article", NULL};

static void new_line(struct buffer *out) {
    if (out->size > 0 && out->data[out->size - 1] != '\n') buffer_add_char(out, '\n');
}

/* White space is one blank, as browsers draw it. */
static void add_words(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++) {
        bool blank = *text == ' ' || *text == '\t' || *text == '\n' || *text == '\r';
        if (!blank) buffer_add_char(out, *text);
        else if (out->size > 0 && out->data[out->size - 1] != '\n' && out->data[out->size - 1] != ' ')
            buffer_add_char(out, ' ');
    }
}

static void walk(const xmlNode *node, struct buffer *out, int depth) {
    for (; node != NULL && out->size < INMAIL_WORDS_MAX; node = node->next) {
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
            if (node->content != NULL) add_words(out, (const char *)node->content);
            continue;
        }
        if (node->type != XML_ELEMENT_NODE || among(node->name, unseen)) continue;
        bool block = among(node->name, blocks);
        if (block) new_line(out);
        if (depth < DEPTH_MAX) walk(node->children, out, depth + 1);
        if (block) new_line(out);
    }
}

struct text inmail_html_words(struct arena *arena, struct text html) {
    int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
    htmlDocPtr document = htmlReadMemory(html.data, (int)html.size, NULL, "utf-8", options);
    struct buffer out = buffer_new(arena, 1024);
    if (document != NULL) {
        walk(xmlDocGetRootElement(document), &out, 0);
        xmlFreeDoc(document);
    }
    return text_trim(buffer_text(&out));
}
