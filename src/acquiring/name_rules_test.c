/* name_rules_test.c: whose name is on the card. */
#include "acquiring/name_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct row {
    const char *surname, *name, *patronymic, *holder;
    enum name_verdict verdict;
};

static void compare(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct person_name person = {text_from(rows[i].surname), text_from(rows[i].name),
                                           text_from(rows[i].patronymic)};
        enum name_verdict verdict = name_compare(text_from(rows[i].holder), &person);
        if (verdict != rows[i].verdict) fail_msg("%s: %d", rows[i].holder, (int)verdict);
    }
}
#define COMPARE(rows) compare((rows), sizeof(rows) / sizeof *(rows))

static void one_name_written_in_many_ways(void **state) {
    static const struct row rows[] = {
        {"Иванов", "Иван", NULL, "IVAN IVANOV", NAME_OWN},
        {"Иванов", "Иван", NULL, "IVANOV IVAN", NAME_OWN},
        {"иванов", "ИВАН", NULL, "Ivan Ivanov", NAME_OWN},
        {"Иванов", "Иван", NULL, "MR IVAN  IVANOV", NAME_OWN},
        {"Петрова", "Юлия", NULL, "YULIYA PETROVA", NAME_OWN},
        {"Петрова", "Юлия", NULL, "IULIIA PETROVA", NAME_OWN},
        {"Петрова", "Юлия", NULL, "JULIA PETROVA", NAME_OWN},
        {"Петрова", "Юлия", NULL, "YULIA PETROVA", NAME_OWN},
        {"Смирнов", "Алексей", NULL, "ALEXEY SMIRNOV", NAME_OWN},
        {"Смирнов", "Алексей", NULL, "ALEKSEI SMIRNOV", NAME_OWN},
        {"Смирнов", "Алексей", NULL, "ALEKSEY SMIRNOV", NAME_OWN},
        {"Смирнов", "Алексей", NULL, "ALEXEI SMIRNOFF", NAME_OWN},
        {"Соловьёв", "Евгений", NULL, "EVGENY SOLOVEV", NAME_OWN},
        {"Соловьёв", "Евгений", NULL, "YEVGENIY SOLOVYEV", NAME_OWN},
        {"Соловьев", "Евгений", NULL, "EVGENII SOLOVIEV", NAME_OWN},
        {"Соловьёв", "Евгений", NULL, "EUGENE SOLOVYOV", NAME_OWN},
        {"Хрущёв", "Дмитрий", NULL, "DMITRY KHRUSHCHOV", NAME_OWN},
        {"Хрущёв", "Дмитрий", NULL, "DMITRII KHRUSHCHEV", NAME_OWN},
        {"Хрущев", "Дмитрий", NULL, "DMITRIY HRUSCHEV", NAME_OWN},
        {"Цыганков", "Пётр", NULL, "PETR TSYGANKOV", NAME_OWN},
        {"Цыганков", "Пётр", NULL, "PYOTR CYGANKOV", NAME_OWN},
        {"Цыганков", "Пётр", NULL, "PETER TSIGANKOV", NAME_OWN},
        {"Щукина", "Татьяна", NULL, "TATIANA SHCHUKINA", NAME_OWN},
        {"Щукина", "Татьяна", NULL, "TATYANA SCHUKINA", NAME_OWN},
        {"Подъячев", "Ксения", NULL, "KSENIIA PODIACHEV", NAME_OWN},
        {"Подъячев", "Ксения", NULL, "XENIA PODYACHEV", NAME_OWN},
        {"Объездчик", "Илья", NULL, "ILIA OBIEEZDCHIK", NAME_OWN}, /* ICAO 2014, «ъ» as IE */
        {"Объездчик", "Илья", NULL, "ILYA OBEZDCHIK", NAME_OWN},
        {"Йогансон", "Яна", NULL, "YANA YOGANSON", NAME_OWN},
        {"Чайковский", "Александр", NULL, "ALEXANDER TCHAIKOVSKY", NAME_OWN},
        {"Жуков", "Фёдор", NULL, "FYODOR ZHUKOV", NAME_OWN},
        {"Жуков", "Федор", NULL, "FEDOR JOUKOV", NAME_OWN},
        {"Эйхе", "Наталья", NULL, "NATALIA EIKHE", NAME_OWN},
        {"O'Neil", "John", NULL, "JOHN ONEIL", NAME_OWN},
    };
    (void)state;
    COMPARE(rows);
}

static void patronymics_and_double_names(void **state) {
    static const struct row rows[] = {
        {"Иванов", "Иван", "Петрович", "IVAN PETROVICH IVANOV", NAME_OWN},
        {"Иванов", "Иван", "Петрович", "IVANOV IVAN PETROVICH", NAME_OWN},
        {"Иванов", "Иван", "Петрович", "IVAN P. IVANOV", NAME_OWN},
        {"Иванов", "Иван", "Петрович", "IVAN IVANOV P", NAME_OWN},
        {"Иванов", "Иван", "Юрьевич", "IVAN Y IVANOV", NAME_OWN},
        {"Иванов", "Иван", "Юрьевич", "IVAN I IVANOV", NAME_OWN},
        {"Иванов", "Иван", "Петрович", "IVAN IVANOV", NAME_OWN},
        {"Иванов", "Иван", "Петрович", "IVAN S IVANOV", NAME_FOREIGN},
        {"Иванов", "Иван", "Петрович", "IVAN SERGEEVICH IVANOV", NAME_FOREIGN},
        {"Иванов", "Иван", NULL, "IVAN PETROVICH IVANOV", NAME_FOREIGN},
        {"Римская-Корсакова", "Анна", NULL, "ANNA RIMSKAIA-KORSAKOVA", NAME_OWN},
        {"Римская-Корсакова", "Анна", NULL, "RIMSKAYA KORSAKOVA ANNA", NAME_OWN},
        {"Римская-Корсакова", "Анна-Мария", NULL, "ANNA MARIA RIMSKAYA-KORSAKOVA", NAME_OWN},
        {"Римская-Корсакова", "Анна", NULL, "ANNA KORSAKOVA", NAME_FOREIGN},
    };
    (void)state;
    COMPARE(rows);
}

static void another_person(void **state) {
    static const struct row rows[] = {
        {"Иванов", "Иван", NULL, "PETR IVANOV", NAME_FOREIGN},
        {"Иванов", "Иван", NULL, "IVAN PETROV", NAME_FOREIGN},
        {"Иванов", "Иван", NULL, "IVAN IVANOVA", NAME_FOREIGN},
        {"Иванова", "Анна", NULL, "ANNA IVANOV", NAME_FOREIGN},
        {"Иванов", "Иван", NULL, "I IVANOV", NAME_UNNAMED}, /* no name is told */
        {"Иванов", "Иван", NULL, "IVAN IVANOV JR", NAME_FOREIGN},
        {"Иванов", "Иван", NULL, "ИВАН ИВАНОВ", NAME_UNNAMED},
        {"Ли", "Ян", NULL, "YAN LI", NAME_OWN},
        {"Ли", "Ян", NULL, "JAN LEE", NAME_FOREIGN},
    };
    (void)state;
    COMPARE(rows);
}

static void nobodys(void **state) {
    static const struct row rows[] = {
        {"Иванов", "Иван", NULL, "MOMENTUM R", NAME_UNNAMED},
        {"Иванов", "Иван", NULL, "CARDHOLDER", NAME_UNNAMED},
        {"Иванов", "Иван", NULL, "CARD HOLDER", NAME_UNNAMED},
        {"Иванов", "Иван", NULL, "INSTANT ISSUE", NAME_UNNAMED},
        {"Иванов", "Иван", NULL, "VALUED CUSTOMER", NAME_UNNAMED},
        {"Иванов", "Иван", NULL, "IVAN", NAME_UNNAMED},
        {"Иванов", "Иван", NULL, "", NAME_UNNAMED},
        {"Иванов", "Иван", NULL, " . ", NAME_UNNAMED},
        {NULL, NULL, NULL, "IVAN IVANOV", NAME_UNKNOWN},
        {"Иванов", NULL, NULL, "IVAN IVANOV", NAME_UNKNOWN},
        {"Иванов", "王", NULL, "IVAN IVANOV", NAME_UNKNOWN},
        {NULL, NULL, NULL, "MOMENTUM R", NAME_UNNAMED},
        {"Холдер", "Карим", NULL, "KARIM HOLDER", NAME_OWN}, /* his, though the word is in the list */
    };
    (void)state;
    COMPARE(rows);
}

/* Linear, whatever is typed: й and ь may be left out, so that there are very many ways. */
static void much_of_it(void **state) {
    static const struct row rows[] = {
        {"йййййййййййййййййййййййййййййй", "ьььььььььььььььььььььььььььььь", NULL,
         "YIJYIJYIJYIJYIJYIJYIJYIJYIJYIJ YIJYIJYIJYIJYIJYIJYIJYIJYIJYIJK", NAME_FOREIGN},
        {"Иванов", "Иван", NULL,
         "IVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVANIVAN "
         "IVANIVANIVANIVANIVANIVAN",
         NAME_FOREIGN},
    };
    (void)state;
    COMPARE(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_written_in_many_ways), cmocka_unit_test(patronymics_and_double_names),
        cmocka_unit_test(another_person),                cmocka_unit_test(nobodys),
        cmocka_unit_test(much_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
