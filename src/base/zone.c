/* zone.c: time zones. ICU knows the rules (its data comes from tzdata); each zone is unrolled once, when first named,
 * into the moments at which its offset changes, so that asking is a look at the last of them or a binary search. */
#include "base/calendar.h"

#include "base/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#define FIRST_YEAR 1850 /* before it the first known offset holds */
#define LAST_YEAR 2200  /* after it the last one */
#define NAME_SIZE 64

struct change {
    moment from;    /* INT64_MIN for the first */
    int64_t offset; /* microseconds east of UTC from then on */
};

struct zone {
    char name[NAME_SIZE];
    struct zone *next;
    size_t count; /* at least 1 */
    struct change changes[];
};

static const struct zone utc = {.name = "UTC"}; /* without changes: asking knows its address */

static struct zone *zones; /* all that were named; lives as long as the process */
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;

const struct zone *zone_utc(void) { return &utc; }

/* ---- loading ---- */

static bool known_name(const char *name, UChar name16[NAME_SIZE], int32_t *size) {
    UErrorCode status = U_ZERO_ERROR;
    if (strlen(name) >= NAME_SIZE) return false;
    u_strFromUTF8(name16, NAME_SIZE, size, name, -1, &status);
    UChar canonical[NAME_SIZE];
    UBool is_system = 0;
    ucal_getCanonicalTimeZoneID(name16, *size, canonical, NAME_SIZE, &is_system, &status);
    return U_SUCCESS(status) && is_system; /* not "GMT+3:17" and the like, which ICU makes up on demand */
}

static int64_t offset_of(UCalendar *calendar, UErrorCode *status) {
    int64_t milliseconds = ucal_get(calendar, UCAL_ZONE_OFFSET, status);
    milliseconds += ucal_get(calendar, UCAL_DST_OFFSET, status);
    return milliseconds * 1000;
}

static int64_t year_start_ms(int year) { return date_to_days((struct date){year, 1, 1}) * (DAY / 1000); }

/* Adds the change at `from`, when it changes anything; NULL (and the zone freed) without memory. */
static struct zone *append(struct zone *zone, moment from, int64_t offset) {
    if (zone->count > 0 && zone->changes[zone->count - 1].offset == offset) return zone;
    struct zone *larger = realloc(zone, sizeof *zone + (zone->count + 1) * sizeof(struct change));
    if (larger == NULL) {
        free(zone);
        return NULL;
    }
    larger->changes[larger->count++] = (struct change){from, offset};
    return larger;
}

/* Every change of offset between the two years; NULL when ICU or memory fails. */
static struct zone *unroll(const char *name, UCalendar *calendar) {
    UErrorCode status = U_ZERO_ERROR;
    struct zone *zone = calloc(1, sizeof *zone);
    if (zone == NULL) return NULL;
    memcpy(zone->name, name, strlen(name) + 1);
    UDate at = (UDate)year_start_ms(FIRST_YEAR); /* ICU counts milliseconds in doubles: exact here */
    ucal_setMillis(calendar, at, &status);
    zone = append(zone, INT64_MIN, offset_of(calendar, &status));
    while (zone != NULL && U_SUCCESS(status)) {
        UDate next;
        if (!ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &next, &status)) break;
        if (next <= at || next > (UDate)year_start_ms(LAST_YEAR)) break;
        at = next;
        ucal_setMillis(calendar, at, &status);
        zone = append(zone, (moment)at * 1000, offset_of(calendar, &status));
    }
    if (zone != NULL && U_FAILURE(status)) {
        free(zone);
        return NULL;
    }
    return zone;
}

static struct zone *load(const char *name) {
    UChar name16[NAME_SIZE];
    int32_t size = 0;
    if (!known_name(name, name16, &size)) return NULL;
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar = ucal_open(name16, size, "en", UCAL_GREGORIAN, &status);
    if (U_FAILURE(status)) return NULL;
    struct zone *zone = unroll(name, calendar);
    ucal_close(calendar);
    return zone;
}

const struct zone *zone_named(const char *name) {
    pthread_mutex_lock(&zones_lock);
    struct zone *zone = zones;
    while (zone != NULL && strcmp(zone->name, name) != 0) zone = zone->next;
    if (zone == NULL && (zone = load(name)) != NULL) {
        zone->next = zones;
        zones = zone;
    }
    pthread_mutex_unlock(&zones_lock);
    return zone;
}

/* ---- asking ---- */

/* Which change holds at a moment. Most questions are about now, which in zones without summer time is after the last
 * change; in the others a binary search over some hundreds follows. */
static size_t change_at(const struct zone *zone, moment at) {
    size_t low = 0, high = zone->count - 1;
    if (at >= zone->changes[high].from) return high;
    while (high - low > 1) { /* changes[low].from <= at < changes[high].from */
        size_t middle = low + (high - low) / 2;
        *(zone->changes[middle].from <= at ? &low : &high) = middle;
    }
    return low;
}

static int64_t offset_at(const struct zone *zone, moment at) {
    return zone == &utc ? 0 : zone->changes[change_at(zone, at)].offset;
}

struct civil civil_at(moment at, const struct zone *zone) {
    moment local;
    int64_t offset = offset_at(zone, at);
    if (__builtin_add_overflow(at, offset, &local)) local = at; /* 290 thousand years from now */
    int64_t days = local / DAY, rest = local % DAY;
    if (rest < 0) {
        days--;
        rest += DAY;
    }
    int64_t second = rest / SECOND;
    return (struct civil){
        .date = date_from_days(days),
        .hour = (int)(second / 3600),
        .minute = (int)(second / 60 % 60),
        .second = (int)(second % 60),
        .microsecond = (int)(rest % SECOND),
    };
}

/* A local time that comes twice (clocks going back) is the first of the two. */
moment moment_of(struct civil civil, const struct zone *zone) {
    moment local = date_to_days(civil.date) * DAY + civil.hour * HOUR + civil.minute * MINUTE;
    local += civil.second * SECOND + civil.microsecond;
    if (zone == &utc) return local;
    for (size_t i = change_at(zone, local - 2 * DAY);; i++) { /* no offset is larger than a day */
        moment at = local - zone->changes[i].offset;
        if (at < zone->changes[i].from) return zone->changes[i].from; /* skipped: clocks went forward over it */
        if (i + 1 == zone->count || at < zone->changes[i + 1].from) return at;
    }
}

moment day_start(struct date date, const struct zone *zone) { return moment_of((struct civil){.date = date}, zone); }

int64_t month_at(moment at, const struct zone *zone) {
    struct date date = civil_at(at, zone).date;
    return (int64_t)(date.year - 1970) * 12 + date.month - 1;
}

moment month_start(int64_t month, const struct zone *zone) {
    return day_start((struct date){(int)(1970 + month / 12), (int)(month % 12) + 1, 1}, zone);
}
