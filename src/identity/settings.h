/* settings.h: what the configuration's section `identity` says; the table that fills it is in feature.c. */
#pragma once

#include "identity/password_rules.h"

struct identity_settings {
    int password_policy; /* enum password_policy */
    int64_t password_min;

    int64_t code_life, code_tries;
    int64_t code_pause, code_pause_max;  /* before a code is sent again */
    int64_t number_codes, number_window; /* codes sent to one number */
    int64_t address_codes, network_codes, prefix_codes, whole_codes, codes_window;

    int64_t tries, tries_pause, tries_pause_max; /* wrong passwords for one number, over all channels */
    int64_t device_tries; /* … from a device it signed in from before: an allowance of its own */
    int64_t address_tries, network_tries, tries_window;

    int64_t code_cooling, code_sum; /* after a sign-in by the code alone from a device that was not known */

    int64_t robot_hardness, robot_life;
    bool robot_plain; /* the question in words, for pages without scripts */
    int64_t plain_address, plain_network, plain_window;

    int64_t draft_life;
    int64_t session_idle, session_life;
    int64_t token_idle;
    int64_t device_life;
    int64_t kept_life;
    int64_t sessions_cached;
};
