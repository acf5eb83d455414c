/* esia_people.c: invented people with papers whose check digits are right. */
#include "sandbox/esia.h"

#define CONTACTS(number, mail)                                                                                         \
    "\"contacts\":{\"stateFacts\":[\"hasSize\"],\"size\":2,\"elements\":["                                             \
    "{\"type\":\"MBT\",\"vrfStu\":\"VERIFIED\",\"value\":\"" number "\"},"                                             \
    "{\"type\":\"EML\",\"vrfStu\":\"VERIFIED\",\"value\":\"" mail "\"}]}"

const struct portal_person portal_people[PORTAL_PEOPLE] = {
    {"1000299353", "Анна Ильинична Соколова", true,
     "{\"stateFacts\":[\"EntityRoot\"],\"firstName\":\"Анна\",\"lastName\":\"Соколова\",\"middleName\":\"Ильинична\","
     "\"birthDate\":\"12.04.1990\",\"birthPlace\":\"гор. Тверь\",\"gender\":\"F\",\"trusted\":true,"
     "\"citizenship\":\"RUS\",\"snils\":\"112-233-445 95\",\"inn\":\"500100732259\",\"status\":\"REGISTERED\","
     "\"verifying\":false,\"rIdDoc\":212," CONTACTS(
         "+7(916)1234567",
         "anna@example.org") ","
                             "\"documents\":{\"stateFacts\":[\"hasSize\"],\"size\":1,\"elements\":[{\"id\":212,"
                             "\"type\":\"RF_PASSPORT\","
                             "\"vrfStu\":\"VERIFIED\",\"series\":\"4510\",\"number\":\"123456\",\"issueDate\":\"20.05."
                             "2010\","
                             "\"issueId\":\"770001\",\"issuedBy\":\"ОВД района Арбат города Москвы\"}]}}"},
    {"1000299354", "Пётр Сергеевич Орлов", true,
     "{\"stateFacts\":[\"EntityRoot\"],\"firstName\":\"Пётр\",\"lastName\":\"Орлов\",\"middleName\":\"Сергеевич\","
     "\"birthDate\":\"01.02.1985\",\"gender\":\"M\",\"trusted\":true,\"snils\":\"000-000-000 00\","
     "\"status\":\"REGISTERED\",\"verifying\":false," CONTACTS(
         "+7(916)7654321", "petr@example.org") ","
                                               "\"documents\":{\"size\":1,\"elements\":[{\"type\":\"RF_PASSPORT\","
                                               "\"vrfStu\":\"NOT_VERIFIED\","
                                               "\"series\":\"4511\",\"number\":\"654321\"}]}}"},
    {"1000299355", "Мария Кузнецова", false,
     "{\"stateFacts\":[\"EntityRoot\"],\"firstName\":\"Мария\",\"lastName\":\"Кузнецова\",\"trusted\":false,"
     "\"status\":\"REGISTERED\",\"verifying\":true," CONTACTS("+7(916)5550000", "maria@example.org") "}"},
    {"1000299356", "Ли Хуа", true,
     "{\"stateFacts\":[\"EntityRoot\"],\"firstName\":\"Хуа\",\"lastName\":\"Ли\",\"birthDate\":\"03.03.1993\","
     "\"trusted\":true,\"citizenship\":\"CHN\",\"status\":\"REGISTERED\",\"verifying\":false}"},
};

const struct portal_person *portal_person_of(struct text oid) {
    for (size_t i = 0; i < PORTAL_PEOPLE; i++)
        if (text_is(oid, portal_people[i].oid)) return &portal_people[i];
    return NULL;
}
