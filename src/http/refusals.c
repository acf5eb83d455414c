/* refusals.c: see refusals.h. */
#include "http/refusals.h"

static const struct refusal refusals[] = {
    {.type = "malformed-request", .status = 400},  {.type = "not-found", .status = 404},
    {.type = "method-not-allowed", .status = 405}, {.type = "not-acceptable", .status = 406},
    {.type = "length-required", .status = 411},    {.type = "too-large", .status = 413},
    {.type = "address-too-long", .status = 414},   {.type = "media-type", .status = 415},
    {.type = "expectation", .status = 417},        {.type = "invalid-fields", .status = 422},
    {.type = "head-too-large", .status = 431},     {.type = "failure", .status = 500},
    {.type = "not-implemented", .status = 501},    {.type = "unavailable", .status = 503},
    {.type = "http-version", .status = 505},
};

static const struct {
    int status;
    const char *title;
} titles[] = {
    {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {303, "See Other"}, {304, "Not Modified"},
    {308, "Permanent Redirect"}, {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
    {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"},
    {411, "Length Required"}, {412, "Precondition Failed"}, {413, "Content Too Large"}, {414, "URI Too Long"},
    {415, "Unsupported Media Type"}, {417, "Expectation Failed"}, {422, "Unprocessable Content"}, {423, "Locked"},
    {428, "Precondition Required"}, {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
    {504, "Gateway Timeout"}, {505, "HTTP Version Not Supported"},
};

const struct refusal *refusal_of_status(int status) {
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i].status == status) return &refusals[i];
    return &refusals[0];
}

const char *status_title(int status) {
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status) return titles[i].title;
    return "Unknown";
}
