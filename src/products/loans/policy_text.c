/* policy_text.c: a policy as people read it: its lines, those that changed since the version before, and what is wrong
 * with one in their own language. */
#include "products/loans/staff.h"

#define LINES_COMPARED 600 /* more than that between the first and the last change: all of it counts as changed */

string_id policy_fault_words(const char *what) {
    static const struct {
        const char *what;
        string_id words;
    } faults[] = {
        {"not UTF-8", S_loans_policy_fault_utf8},
        {"no line gives a limit", S_loans_policy_fault_no_limit},
        {"a limit is in roubles with kopecks: 100.00", S_loans_policy_fault_limit},
        {"points are a number", S_loans_policy_fault_points},
        {"a line begins with input, stop, forbid, refuse, review, score or limit", S_loans_policy_fault_begins},
        {"a name is of a-z, 0-9 and _", S_loans_policy_fault_name},
        {"a reason is a word of a-z, 0-9 and _", S_loans_policy_fault_reason},
        {"after an input comes <, <=, =, !=, >=, > or FROM..TO", S_loans_policy_fault_sign},
        {"an input is a number, money or a flag", S_loans_policy_fault_kind},
        {"between conditions stands: and", S_loans_policy_fault_and},
        {"conditions begin with: when", S_loans_policy_fault_when},
        {"conditions end with: because REASON", S_loans_policy_fault_because},
        {"more words than the line may have", S_loans_policy_fault_more},
        {"no input is called so", S_loans_policy_fault_unknown},
        {"no such value: a whole number, roubles with kopecks (100.00), yes or no, or law:NAME",
         S_loans_policy_fault_value},
        {"points cannot go by points", S_loans_policy_fault_circle},
        {"the law's numbers are bounds: <, <=, >= or >", S_loans_policy_fault_law},
        {"this input is there already", S_loans_policy_fault_twice},
        {"too many conditions", S_loans_policy_fault_conditions},
        {"too many inputs", S_loans_policy_fault_inputs},
        {"too many points", S_loans_policy_fault_many_points},
        {"too many rules", S_loans_policy_fault_rules},
    };
    for (size_t i = 0; what != NULL && i < sizeof faults / sizeof *faults; i++)
        if (text_is(text_from(what), faults[i].what)) return faults[i].words;
    return S_loans_policy_fault_other;
}

/* ---- lines ---- */

struct lines {
    struct text *at;
    size_t count;
};

static struct lines lines_of(struct arena *arena, struct text content) {
    struct lines lines = {.count = 0};
    size_t most = 1;
    for (size_t i = 0; i < content.size; i++) most += content.data[i] == '\n';
    lines.at = arena_array(arena, struct text, most);
    for (struct text rest = content; rest.data != NULL;) {
        struct text line = text_split(rest, '\n', &rest);
        if (text_ends(line, "\r")) line.size--;
        if (rest.data != NULL || line.size > 0) lines.at[lines.count++] = line;
    }
    return lines;
}

static void tell_line(struct node *list, int64_t number, struct text line, const char *change) {
    struct node *node = doc_add_object(list);
    if (number > 0) doc_int(node, "number", number);
    else doc_null(node, "number");
    doc_text(node, "text", line.size > 0 ? line : TEXT(""));
    doc_text(node, "change", text_from(change));
}

struct middle {
    const struct text *before, *now; /* what lies between the first and the last change */
    size_t old_count, new_count;
};

/* longest[i][j]: how many lines before[i…] and now[j…] can have in common, in order. */
static const uint16_t *longest_of(struct arena *arena, const struct middle *middle) {
    size_t width = middle->new_count + 1;
    uint16_t *longest = arena_array(arena, uint16_t, (middle->old_count + 1) * width);
    for (size_t i = middle->old_count; i-- > 0;)
        for (size_t j = middle->new_count; j-- > 0;) {
            uint16_t down = longest[(i + 1) * width + j], right = longest[i * width + j + 1];
            longest[i * width + j] = text_equal(middle->before[i], middle->now[j])
                                         ? (uint16_t)(longest[(i + 1) * width + j + 1] + 1)
                                         : (down > right ? down : right);
        }
    return longest;
}

static void tell_middle(struct arena *arena, const struct middle *middle, size_t first, struct node *list) {
    bool compared = middle->old_count <= LINES_COMPARED && middle->new_count <= LINES_COMPARED;
    const uint16_t *longest = compared ? longest_of(arena, middle) : NULL;
    size_t i = 0, j = 0, width = middle->new_count + 1;
    while (i < middle->old_count || j < middle->new_count) {
        bool old = i < middle->old_count, new = j < middle->new_count;
        if (old && new && compared && text_equal(middle->before[i], middle->now[j])) {
            tell_line(list, (int64_t)(first + j + 1), middle->now[j], "");
            i++, j++;
        } else if (old && (!new || !compared || longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
            tell_line(list, 0, middle->before[i++], "-");
        } else {
            tell_line(list, (int64_t)(first + j + 1), middle->now[j], "+");
            j++;
        }
    }
}

bool policy_lines_tell(struct arena *arena, struct text now, struct text before, struct node *list) {
    struct lines new = lines_of(arena, now), old = before.data != NULL ? lines_of(arena, before) : new;
    size_t head = 0, tail = 0;
    while (head < new.count && head < old.count && text_equal(new.at[head], old.at[head])) head++;
    while (tail < new.count - head && tail < old.count - head &&
           text_equal(new.at[new.count - 1 - tail], old.at[old.count - 1 - tail]))
        tail++;
    const struct middle middle = {old.at + head, new.at + head, old.count - head - tail, new.count - head - tail};
    for (size_t i = 0; i < head; i++) tell_line(list, (int64_t)i + 1, new.at[i], "");
    tell_middle(arena, &middle, head, list);
    for (size_t i = new.count - tail; i < new.count; i++) tell_line(list, (int64_t)i + 1, new.at[i], "");
    return middle.old_count + middle.new_count > 0;
}
