/* mcc_rules.h: what a merchant's category code (ISO 18245) is to people. */
#pragma once

/* "food", "cafes", …; a code that says nothing more is "shops". */
const char *mcc_category(int code);
