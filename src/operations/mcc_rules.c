/* mcc_rules.c: see mcc_rules.h. Ranges by the standard's own chapters; the first that holds a code decides. Categories
 * that payments know, too, have the code of the catalogue's. */
#include "operations/mcc_rules.h"

#include <stddef.h>

static const struct {
    int from, to;
    const char *category;
} ranges[] = {
    {1520, 1799, "household"}, /* builders and repairs */
    {3000, 3999, "travel"},    /* airlines, cars for rent, hotels by their names */
    {4111, 4112, "transport"}, {4119, 4119, "health"},    {4121, 4131, "transport"}, {4411, 4411, "travel"},
    {4511, 4511, "travel"},    {4582, 4582, "travel"},    {4722, 4722, "travel"},    {4784, 4789, "transport"},
    {4812, 4815, "mobile"},    {4816, 4816, "internet"},  {4821, 4829, "transfers"}, {4899, 4899, "internet"},
    {4900, 4900, "home"},      {5045, 5046, "electronics"}, {5065, 5065, "electronics"}, {5122, 5122, "health"},
    {5137, 5139, "clothes"},   {5172, 5172, "car"},       {5200, 5271, "household"}, {5411, 5411, "food"},
    {5422, 5499, "food"},      {5511, 5599, "car"},       {5611, 5699, "clothes"},   {5712, 5719, "household"},
    {5722, 5734, "electronics"}, {5735, 5735, "fun"},     {5811, 5814, "cafes"},     {5815, 5815, "fun"},
    {5816, 5816, "games"},     {5817, 5818, "fun"},       {5912, 5912, "health"},    {5921, 5921, "food"},
    {5941, 5942, "fun"},       {5945, 5947, "fun"},       {5948, 5949, "clothes"},   {5975, 5976, "health"},
    {5977, 5977, "beauty"},    {5983, 5983, "car"},       {6010, 6011, "cash"},      {7011, 7033, "travel"},
    {7230, 7230, "beauty"},    {7296, 7296, "clothes"},   {7297, 7298, "beauty"},    {7512, 7519, "travel"},
    {7523, 7549, "car"},       {7829, 7999, "fun"},       {8011, 8099, "health"},    {8211, 8351, "school"},
    {8398, 8398, "charity"},   {8661, 8661, "charity"},   {9211, 9405, "state"},
};

const char *mcc_category(int code) {
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].from && code <= ranges[i].to) return ranges[i].category;
    return "shops";
}
