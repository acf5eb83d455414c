/* export_ofx.c: a bank statement for personal finance programs: OFX 2.1.1 (XML), one STMTRS for each account. */
#include "operations/export.h"

/* "20261129101112.345[0:GMT]" (OFX 3.2.8.2) */
static struct text time_of(const struct export_piece *piece, moment at) {
    struct civil civil = civil_at(at, zone_utc());
    return text_format(piece->arena, "%04d%02d%02d%02d%02d%02d.%03d[0:GMT]", civil.date.year, civil.date.month,
                       civil.date.day, civil.hour, civil.minute, civil.second, civil.microsecond / 1000);
}

static void element_time(const struct export_piece *piece, const char *name, moment at) {
    export_element(piece->out, name, time_of(piece, at), 40);
}

static void element_money(const struct export_piece *piece, const char *name, int64_t minor, enum currency currency) {
    export_element(piece->out, name, money_decimal(piece->arena, (struct money){minor, currency}), 32);
}

#define STATUS_GOOD "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>\n"

static void begin(struct export_piece *piece) {
    struct buffer *out = piece->out;
    const struct export *export = piece->export;
    buffer_add_literal(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
                            "<?OFX OFXHEADER=\"200\" VERSION=\"211\" SECURITY=\"NONE\" OLDFILEUID=\"NONE\" "
                            "NEWFILEUID=\"NONE\"?>\n"
                            "<OFX>\n<SIGNONMSGSRSV1><SONRS>\n" STATUS_GOOD);
    element_time(piece, "DTSERVER", export->filter.until);
    export_element(out, "LANGUAGE", export->locale.language == LANGUAGE_RU ? TEXT("RUS") : TEXT("ENG"), 3);
    buffer_add_literal(out, "<FI>\n");
    export_element(out, "ORG", text_from(engine_config(export->engine)->company), 32);
    buffer_add_literal(out, "</FI>\n</SONRS></SIGNONMSGSRSV1>\n<BANKMSGSRSV1>\n");
}

static void open_account(struct export_piece *piece, const struct account *account) {
    struct buffer *out = piece->out;
    buffer_add_literal(out, "<STMTTRNRS>\n<TRNUID>0</TRNUID>\n" STATUS_GOOD "<STMTRS>\n");
    export_element(out, "CURDEF", currency_code(account->currency), 3);
    buffer_add_literal(out, "<BANKACCTFROM>\n<BANKID>KABINET</BANKID>\n");
    export_element(out, "ACCTID", text_format(piece->arena, "%lld", (long long)account->id), 22);
    buffer_add_literal(out, "<ACCTTYPE>CHECKING</ACCTTYPE>\n</BANKACCTFROM>\n<BANKTRANLIST>\n");
    element_time(piece, "DTSTART", export_from(piece->export, account));
    element_time(piece, "DTEND", piece->export->filter.until);
}

static void row(struct export_piece *piece, const struct listed *listed, const struct node *operation) {
    struct buffer *out = piece->out;
    const struct entry *entry = &listed->entry;
    struct text other = export_text(operation, "counterparty");
    buffer_add_literal(out, "<STMTTRN>\n");
    export_element(out, "TRNTYPE", entry->amount < 0 ? TEXT("DEBIT") : TEXT("CREDIT"), 8);
    element_time(piece, "DTPOSTED", id_moment(entry->id));
    element_money(piece, "TRNAMT", entry->amount, entry->currency);
    export_element(out, "FITID", text_format(piece->arena, "%lld", (long long)entry->id), 255);
    export_element(out, "NAME", other.size > 0 ? other : listed->title, 32);
    struct text memo = entry->note.size == 0
                           ? listed->title
                           : text_format(piece->arena, "%.*s: %.*s", TEXT_ARG(listed->title), TEXT_ARG(entry->note));
    export_element(out, "MEMO", memo, 255);
    buffer_add_literal(out, "</STMTTRN>\n");
}

static void close_account(struct export_piece *piece, const struct account *account) {
    moment until = piece->export->filter.until;
    buffer_add_literal(piece->out, "</BANKTRANLIST>\n<LEDGERBAL>\n");
    element_money(piece, "BALAMT", export_balance(piece, account, until), account->currency);
    element_time(piece, "DTASOF", until);
    buffer_add_literal(piece->out, "</LEDGERBAL>\n</STMTRS>\n</STMTTRNRS>\n");
}

static void end(struct export_piece *piece) {
    buffer_add_literal(piece->out, "</BANKMSGSRSV1>\n</OFX>\n");
}

const struct export_format export_ofx = {.name = "ofx", .content_type = "application/x-ofx", .extension = "ofx",
                                         .by_account = true, .begin = begin, .open = open_account, .row = row,
                                         .close = close_account, .end = end};
