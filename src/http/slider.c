/* slider.c: see slider.h. */
#include "http/slider.h"

bool slider_moved(const struct request *request, const char *slide, const char *was) {
    if (request->method != METHOD_GET || !field_known(request, slide)) return false;
    return field_given(request, slide) && field_number(request, slide) != field_number(request, was);
}

void slider_typed(struct request *request, const char *name, struct text typed) {
    const struct form *form = request->route->form;
    for (size_t i = 0; i < form->count; i++)
        if (text_is(text_from(form->fields[i].name), name)) request->fields[i].typed = typed;
}

/* 1, 2, 5, 10, 20 … */
static int64_t step_of(int64_t least, int64_t most) {
    int64_t step = 1;
    for (int i = 0; (most - least) / step > 500; i++) step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

void slider_tell(struct node *document, const char *name, int64_t value, int64_t least, int64_t most, int64_t step) {
    struct node *slider = doc_object(document, name);
    if (step == 0) step = step_of(least, most);
    int64_t from = (least + step - 1) / step * step, to = most / step * step;
    int64_t held = value < from ? from : value > to ? to : value, nearest = (held + step / 2) / step * step;
    doc_int(slider, "value", nearest < to ? nearest : to);
    doc_int(slider, "least", from);
    doc_int(slider, "most", to);
    doc_int(slider, "step", step);
}
