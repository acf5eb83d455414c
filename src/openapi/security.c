/* security.c: who may call, as OpenAPI says it: a session's cookie, an app's bearer token, a personal token with its
 * scopes, staff's cookie with their roles, a partner's signature. */
#include "openapi/internal.h"

static void cookie_scheme(struct node *schemes, const char *name, const char *cookie, struct text about) {
    struct node *scheme = doc_object(schemes, name);
    doc_text(scheme, "type", TEXT("apiKey"));
    doc_text(scheme, "in", TEXT("cookie"));
    doc_text(scheme, "name", text_from(cookie));
    doc_text(scheme, "description", about);
}

static void bearer_scheme(struct node *schemes, const char *name, struct text about) {
    struct node *scheme = doc_object(schemes, name);
    doc_text(scheme, "type", TEXT("http"));
    doc_text(scheme, "scheme", TEXT("bearer"));
    doc_text(scheme, "description", about);
}

void security_schemes(struct node *schemes) {
    cookie_scheme(schemes, "session", "__Host-session",
                  TEXT("A customer's session, begun by signing in. A form of a page carries the page's `_csrf` with "
                       "it; a JSON body needs none, but is refused from another origin (403 stale-form)."));
    bearer_scheme(schemes, "app", TEXT("The token of an app's session: what signing in with `token: true` answers."));
    bearer_scheme(schemes, "token",
                  TEXT("A personal token made at /settings/tokens: opens only operations that name one of its scopes "
                       "(403 not-by-token, scope-missing)."));
    cookie_scheme(schemes, "staff", "__Host-staff",
                  TEXT("Staff's session; one of the roles named by the operation is enough (403 not-allowed)."));
    struct node *partner = doc_object(schemes, "partner");
    doc_text(partner, "type", TEXT("apiKey"));
    doc_text(partner, "in", TEXT("header"));
    doc_text(partner, "name", TEXT("Authorization"));
    doc_text(partner, "description",
             TEXT("A partner's own signature: a shop's \"Shop ID TIME:MAC\"; gateways and acquirers sign or carry "
                  "their key in the message itself."));
}

size_t role_names(unsigned roles, const char *names[ROLE_NAMES]) {
    static const struct {
        enum role role;
        const char *name;
    } known[] = {{ROLE_SUPPORT, "support"}, {ROLE_IDENTIFICATION, "identification"}, {ROLE_RISK, "risk"},
                 {ROLE_FINANCE, "finance"}, {ROLE_CATALOGUE, "catalogue"},           {ROLE_ADMIN, "admin"}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((roles & known[i].role) != 0) names[count++] = known[i].name;
    return count;
}

static struct node *alternative(struct node *security, const char *scheme) {
    return doc_array(doc_add_object(security), scheme);
}

void security_fill(struct node *operation, const struct route *route) {
    struct node *security = doc_array(operation, "security");
    const char *roles[ROLE_NAMES];
    switch (route->who) {
    case WHO_ANYONE: doc_add_object(security); /* nobody's, or else: */ __attribute__((fallthrough));
    case WHO_CUSTOMER:
        alternative(security, "session");
        alternative(security, "app");
        if (route->scope != SCOPE_NONE)
            doc_add_text(alternative(security, "token"), text_from(engine_scope_name(route->scope)));
        return;
    case WHO_STAFF: {
        struct node *wanted = alternative(security, "staff");
        size_t count = role_names(route->roles, roles);
        for (size_t i = 0; i < count; i++) doc_add_text(wanted, text_from(roles[i]));
        return;
    }
    case WHO_PARTNER: alternative(security, "partner"); return;
    case WHO_GUEST:
    case WHO_STAFF_GUEST: return; /* an empty list: nothing is asked */
    }
}
