/* export_1c.c: the exchange format that Russian accounting programs take from banks: 1CClientBankExchange 1.03,
 * windows-1251, CRLF. A section for each account, then its operations as bank orders. */
#include "operations/export.h"

#include "operations/windows1251.h"

static void line(const struct export_piece *piece, const char *name, struct text value) {
    windows1251_add(piece->out, text_from(name));
    buffer_add_char(piece->out, '=');
    windows1251_add(piece->out, value);
    buffer_add_literal(piece->out, "\r\n");
}

static void mark(const struct export_piece *piece, const char *words) {
    windows1251_add(piece->out, text_from(words));
    buffer_add_literal(piece->out, "\r\n");
}

static struct text day_of(const struct export_piece *piece, moment at) {
    struct date date = civil_at(at, piece->export->locale.zone).date;
    return text_format(piece->arena, "%02d.%02d.%04d", date.day, date.month, date.year);
}

static struct text number(const struct export_piece *piece, int64_t id) {
    return text_format(piece->arena, "%lld", (long long)id);
}

static struct text sum(const struct export_piece *piece, int64_t minor, enum currency currency) {
    return money_decimal(piece->arena, (struct money){minor, currency});
}

static void begin(struct export_piece *piece) {
    const struct export *export = piece->export;
    struct civil now = civil_at(export->filter.until, export->locale.zone);
    mark(piece, "1CClientBankExchange");
    line(piece, "ВерсияФормата", TEXT("1.03"));
    line(piece, "Кодировка", TEXT("Windows"));
    line(piece, "Отправитель", text_from(engine_config(export->engine)->company));
    line(piece, "ДатаСоздания", day_of(piece, export->filter.until));
    line(piece, "ВремяСоздания", text_format(piece->arena, "%02d:%02d:%02d", now.hour, now.minute, now.second));
    if (export->filter.from != 0) line(piece, "ДатаНачала", day_of(piece, export->filter.from));
    line(piece, "ДатаКонца", day_of(piece, export->filter.until - 1));
    for (size_t i = 0; i < export->account_count; i++)
        if (export->filter.account == 0 || export->filter.account == export->accounts[i])
            line(piece, "РасчСчет", number(piece, export->accounts[i]));
}

static void open_account(struct export_piece *piece, const struct account *account) {
    const struct export *export = piece->export;
    moment from = export_from(export, account), until = export->filter.until;
    mark(piece, "СекцияРасчСчет");
    line(piece, "ДатаНачала", day_of(piece, from));
    line(piece, "ДатаКонца", day_of(piece, until - 1));
    line(piece, "РасчСчет", number(piece, account->id));
    line(piece, "НачальныйОстаток", sum(piece, export_balance(piece, account, from), account->currency));
    line(piece, "КонечныйОстаток", sum(piece, export_balance(piece, account, until), account->currency));
    mark(piece, "КонецРасчСчет");
}

static void row(struct export_piece *piece, const struct listed *listed, const struct node *operation) {
    const struct entry *entry = &listed->entry;
    bool spent = entry->amount < 0;
    struct text other = export_text(operation, "counterparty"), day = day_of(piece, id_moment(entry->id));
    struct text own = number(piece, entry->account);
    mark(piece, "СекцияДокумент=Банковский ордер");
    line(piece, "Номер", number(piece, entry->id));
    line(piece, "Дата", day);
    line(piece, "Сумма", sum(piece, spent ? -entry->amount : entry->amount, entry->currency));
    line(piece, "ПлательщикСчет", spent ? own : TEXT(""));
    line(piece, "Плательщик", spent ? piece->export->holder : other);
    if (spent) line(piece, "ДатаСписано", day);
    line(piece, "ПолучательСчет", spent ? TEXT("") : own);
    line(piece, "Получатель", spent ? other : piece->export->holder);
    if (!spent) line(piece, "ДатаПоступило", day);
    struct text purpose =
        entry->note.size == 0
            ? listed->title
            : text_format(piece->arena, "%.*s: %.*s", TEXT_ARG(listed->title), TEXT_ARG(entry->note));
    line(piece, "НазначениеПлатежа", export_cut(purpose, 210));
    mark(piece, "КонецДокумента");
}

static void close_account(struct export_piece *piece, const struct account *account) {
    (void)piece;
    (void)account;
}

static void end(struct export_piece *piece) {
    mark(piece, "КонецФайла");
}

const struct export_format export_1c = {.name = "1c", .content_type = "text/plain; charset=windows-1251",
                                        .extension = "txt", .by_account = true, .begin = begin, .open = open_account,
                                        .row = row, .close = close_account, .end = end};
