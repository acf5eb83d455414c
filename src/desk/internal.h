/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "desk/desk.h"
#include "generated/strings_desk.h"
#include "generated/templates.h"

stage_function office_page, office_check, office_prepare, office_open;
