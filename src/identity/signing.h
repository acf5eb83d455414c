/* signing.h: a document that waits for the code by which it is signed (63-FZ: a simple electronic signature). The code
 * goes to its owner's number in an SMS that says what it signs, and is bound to the document: another document, or
 * another version of it, needs another code. With the code alone a thief learns what is about to happen, and can do
 * nothing else. What is signed, and what comes of it, is the feature's own. */
#pragma once

#include "identity/code.h"

#define SIGNING_ARGUMENTS 6

struct signing {
    enum code_purpose purpose;
    const char *kind;    /* "deposits.draft": apart from all others' */
    struct text bound;   /* whose, which, and the digest of what it says */
    int64_t customer;
    moment deadline;     /* an SMS does not go out after it */
    string_id text;      /* of the SMS: names {company}, {code}, {host} and the arguments */
    const struct string_argument *arguments;
    size_t count;        /* at most SIGNING_ARGUMENTS */
};

/* In a command: a new code instead of any before it. FLOW_NEXT, or it has refused. */
enum flow signing_send(struct request *request, struct tx *tx, const struct signing *signing);
/* The same, asked for by hand: not too soon after the last one. */
enum flow signing_again(struct request *request, struct tx *tx, const struct signing *signing);
/* What the partial code_life draws, and {inbox}. */
void signing_tell(struct request *request, struct tx *tx, const struct signing *signing, struct node *document);
/* In a command: the form's `code`. FLOW_NEXT: it was right, is used up and was sent then; else it has refused. */
enum flow signing_try(struct request *request, struct tx *tx, const struct signing *signing, moment *sent);
