/* export_camt.c: a bank statement of ISO 20022: camt.053.001.08, one Stmt for each account. The balances are the
 * account's; entries are those of the filter, and AddtlStmtInf says so where they need not be all. */
#include "operations/export.h"

#include "generated/strings_operations.h"

static void element_time(const struct export_piece *piece, const char *name, moment at) {
    export_element(piece->out, name, moment_format(piece->arena, at), 40);
}

/* A sum has no sign here: CRDT and DBIT tell. */
static void amount(const struct export_piece *piece, int64_t minor, enum currency currency) {
    struct buffer *out = piece->out;
    struct money sum = {minor < 0 ? -minor : minor, currency};
    buffer_format(out, "<Amt Ccy=\"%.*s\">", TEXT_ARG(currency_code(currency)));
    buffer_add_text(out, money_decimal(piece->arena, sum));
    buffer_add_literal(out, "</Amt>\n");
    export_element(out, "CdtDbtInd", minor < 0 ? TEXT("DBIT") : TEXT("CRDT"), 4);
}

static void balance(struct export_piece *piece, const struct account *account, const char *kind, moment at) {
    buffer_format(piece->out, "<Bal>\n<Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>\n", kind);
    amount(piece, export_balance(piece, account, at), account->currency);
    buffer_add_literal(piece->out, "<Dt>\n");
    element_time(piece, "DtTm", at);
    buffer_add_literal(piece->out, "</Dt>\n</Bal>\n");
}

static void message_id(const struct export_piece *piece, const char *name, int64_t number) {
    export_element(piece->out, name, text_format(piece->arena, "%lld", (long long)number), 35);
}

static void begin(struct export_piece *piece) {
    buffer_add_literal(piece->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                   "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n"
                                   "<BkToCstmrStmt>\n<GrpHdr>\n");
    message_id(piece, "MsgId", piece->export->filter.until);
    element_time(piece, "CreDtTm", piece->export->filter.until);
    buffer_add_literal(piece->out, "</GrpHdr>\n");
}

/* What is left out by more than dates and accounts. */
static bool is_partial(const struct operation_filter *filter) {
    return filter->text.size > 0 || filter->kind.size > 0 || filter->min != 0 || filter->max != 0 ||
           filter->direction != DIRECTION_ANY;
}

static void open_account(struct export_piece *piece, const struct account *account) {
    struct buffer *out = piece->out;
    const struct export *export = piece->export;
    moment from = export_from(export, account), until = export->filter.until;
    buffer_add_literal(out, "<Stmt>\n");
    message_id(piece, "Id", account->id);
    element_time(piece, "CreDtTm", until);
    buffer_add_literal(out, "<FrToDt>\n");
    element_time(piece, "FrDtTm", from);
    element_time(piece, "ToDtTm", until);
    buffer_add_literal(out, "</FrToDt>\n<Acct>\n<Id><Othr>");
    message_id(piece, "Id", account->id);
    buffer_add_literal(out, "</Othr></Id>\n");
    export_element(out, "Ccy", currency_code(account->currency), 3);
    buffer_add_literal(out, "<Ownr>\n");
    export_element(out, "Nm", export->holder, 140);
    buffer_add_literal(out, "</Ownr>\n</Acct>\n");
    balance(piece, account, "OPBD", from);
    balance(piece, account, "CLBD", until);
}

static void party(const struct export_piece *piece, bool out_of, struct text name) {
    if (name.size == 0) return;
    const char *role = out_of ? "Cdtr" : "Dbtr";
    buffer_format(piece->out, "<RltdPties><%s><Pty>\n", role);
    export_element(piece->out, "Nm", name, 140);
    buffer_format(piece->out, "</Pty></%s></RltdPties>\n", role);
}

static void row(struct export_piece *piece, const struct listed *listed, const struct node *operation) {
    struct buffer *out = piece->out;
    const struct entry *entry = &listed->entry;
    moment at = id_moment(entry->id);
    buffer_add_literal(out, "<Ntry>\n");
    message_id(piece, "NtryRef", entry->id);
    amount(piece, entry->amount, entry->currency);
    buffer_add_literal(out, "<Sts><Cd>BOOK</Cd></Sts>\n<BookgDt>");
    element_time(piece, "DtTm", at);
    buffer_add_literal(out, "</BookgDt>\n<ValDt>");
    element_time(piece, "DtTm", at);
    buffer_add_literal(out, "</ValDt>\n");
    message_id(piece, "AcctSvcrRef", entry->id);
    buffer_add_literal(out, "<BkTxCd><Prtry>\n");
    export_element(out, "Cd", text_from(listed->kind != NULL ? listed->kind->name : "other"), 35);
    buffer_add_literal(out, "</Prtry></BkTxCd>\n<NtryDtls><TxDtls>\n<Refs>");
    message_id(piece, "AcctSvcrRef", entry->id);
    buffer_add_literal(out, "</Refs>\n");
    amount(piece, entry->amount, entry->currency);
    party(piece, entry->amount < 0, export_text(operation, "counterparty"));
    if (entry->note.size > 0) {
        buffer_add_literal(out, "<RmtInf>");
        export_element(out, "Ustrd", entry->note, 140);
        buffer_add_literal(out, "</RmtInf>\n");
    }
    buffer_add_literal(out, "</TxDtls></NtryDtls>\n");
    export_element(out, "AddtlNtryInf", listed->title, 500);
    buffer_add_literal(out, "</Ntry>\n");
}

static void close_account(struct export_piece *piece, const struct account *account) {
    (void)account;
    if (is_partial(&piece->export->filter))
        export_element(piece->out, "AddtlStmtInf", export_say(piece, S_operations_export_partial), 500);
    buffer_add_literal(piece->out, "</Stmt>\n");
}

static void end(struct export_piece *piece) {
    buffer_add_literal(piece->out, "</BkToCstmrStmt>\n</Document>\n");
}

const struct export_format export_camt053 = {.name = "camt053", .content_type = "application/xml", .extension = "xml",
                                             .by_account = true, .begin = begin, .open = open_account, .row = row,
                                             .close = close_account, .end = end};
