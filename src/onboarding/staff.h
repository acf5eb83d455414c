/* staff.h: the staff's side of applications. */
#pragma once

#include "backoffice/backoffice.h"
#include "onboarding/internal.h"

extern const struct queue onboarding_queues[];

stage_function staff_applications, staff_application, staff_decide, staff_photo;
